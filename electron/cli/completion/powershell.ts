/** The script for PowerShell, from 5.0 on. Where it offers nothing, PowerShell itself offers paths. */

import { allOptions, completedCommands, helpWord, isWordList, overallOptions } from './vocabulary.ts';
import type { CompletedOption } from './vocabulary.ts';

/** Within single quotes, which are doubled. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const list = (words: readonly string[]): string => `@(${words.map(quoted).join(', ')})`;

/** Paths are PowerShell's own matter. */
const offeredWords = (offers: CompletedOption['offers'] | 'nothing'): string => {
  if (isWordList(offers)) return list(offers);
  return offers === 'devices' ? "'devices'" : "'paths'";
};

const flagTable = (options: readonly CompletedOption[]): string =>
  options
    .flatMap(({ flags, summary }) => flags.map((flag) => `      ${quoted(flag)} = ${quoted(summary)}`))
    .join('\n');

export const powershellScript =
  (): string => `# PowerShell completion of hexdrop, printed by "hexdrop completion powershell".

Register-ArgumentCompleter -Native -CommandName @('hexdrop', 'hexdrop.cmd') -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)

  $commands = [ordered]@{
${[...completedCommands, helpWord].map(({ name, summary }) => `    ${quoted(name)} = ${quoted(summary)}`).join('\n')}
  }
  # Case counts: -R is not -r.
  $flags = New-Object System.Collections.Hashtable ([StringComparer]::Ordinal)
  $flags[''] = {
    [ordered]@{
${flagTable(overallOptions)}
    }
  }
${completedCommands
  .map(
    ({ name, options }) =>
      `  $flags[${quoted(name)}] = {\n    [ordered]@{\n${flagTable(options)}\n    }\n  }`,
  )
  .join('\n')}
  # What an option takes: one of these words, a device, a path, or what nobody can know.
  $values = New-Object System.Collections.Hashtable ([StringComparer]::Ordinal)
${allOptions
  .filter(({ placeholder }) => placeholder !== undefined)
  .flatMap(({ flags, offers }) => flags.map((flag) => `  $values[${quoted(flag)}] = ${offeredWords(offers)}`))
  .join('\n')}
  $operands = @{
${completedCommands
  .filter(({ offers }) => offers.length > 0)
  .map(
    ({ name, offers }) =>
      `    ${quoted(name)} = @(${offers.map((offer) => `,${offeredWords(offer)}`).join('; ')})`,
  )
  .join('\n')}
  }

  $command = ''
  $option = ''
  $count = 0
  $onlyOperands = $false
  foreach ($element in @($commandAst.CommandElements | Select-Object -Skip 1)) {
    # The word that is being typed is no longer before the cursor.
    if ($element.Extent.EndOffset -ge $cursorPosition) { break }
    $text = $element.Extent.Text
    if ($option -ne '') { $option = ''; continue }
    if (-not $onlyOperands) {
      if ($text -ceq '--') { $onlyOperands = $true; continue }
      if ($values.ContainsKey($text)) { $option = $text; continue }
      if ($text -like '-?*') { continue }
    }
    if ($command -eq '') { $command = $text } else { $count += 1 }
  }

  $found = [ordered]@{}
  $offer = $null
  if ($option -ne '') {
    $offer = $values[$option]
  } elseif (-not $onlyOperands -and $wordToComplete -like '-*') {
    if ($flags.ContainsKey($command)) { $found = & $flags[$command] }
  } elseif ($command -eq '' -or ($command -eq ${quoted(helpWord.name)} -and $count -eq 0)) {
    $found = $commands
  } elseif ($operands.ContainsKey($command)) {
    $all = $operands[$command]
    $offer = $all[[Math]::Min($count, $all.Count - 1)]
  }
  if ($offer -is [string] -and $offer -ceq 'devices') { $offer = @(hexdrop completion devices 2>$null) }
  if ($offer -is [array]) { foreach ($word in $offer) { $found[$word] = $word } }
  foreach ($word in @($found.Keys)) {
    if ($word.StartsWith($wordToComplete, [StringComparison]::Ordinal)) {
      [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $found[$word])
    }
  }
}
`;
