; Included into electron-builder's installer: the command on the PATH, links of hexdrop://, and what the context menus of
; folders and files offer, in the language of the installation. SHCTX is the user's own part of the registry in an installation per user.

!include "LogicLib.nsh"
!include "WinMessages.nsh"

!macro hexdropVerb KEY TEXT ARGUMENTS
  WriteRegStr SHCTX "Software\Classes\${KEY}" "" "${TEXT}"
  WriteRegStr SHCTX "Software\Classes\${KEY}" "Icon" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}",0'
  WriteRegStr SHCTX "Software\Classes\${KEY}\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" ${ARGUMENTS}'
!macroend

!macro hexdropVerbs SHARE SEND
  !insertmacro hexdropVerb "Directory\shell\HexdropShare" "${SHARE}" '--share "%V"'
  !insertmacro hexdropVerb "Directory\shell\HexdropSend" "${SEND}" '--send "%V"'
  !insertmacro hexdropVerb "*\shell\HexdropSend" "${SEND}" '--send "%1"'
!macroend

; Links are opened as an argument of their own. What a link could add to the command by a quotation mark in it comes to
; nothing: Electron ends a start in which anything follows a link, unless a "--" stands before it, so there is none.
!macro hexdropLinks
  WriteRegStr SHCTX "Software\Classes\hexdrop" "" "URL:Hexdrop"
  WriteRegStr SHCTX "Software\Classes\hexdrop" "URL Protocol" ""
  WriteRegStr SHCTX "Software\Classes\hexdrop\DefaultIcon" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}",0'
  WriteRegStr SHCTX "Software\Classes\hexdrop\shell\open\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%1"'
!macroend

; The user's PATH without the folder of hexdrop.cmd, and with it at the end where AT_END is 1. A PATH that does not fit
; into a string of this installer is left as it is: it could only be written back cut off.
!macro hexdropPath AT_END
  Push $R0
  Push $R1
  Push $R2
  Push $R3
  Push $R4
  ClearErrors
  ReadRegStr $R0 HKCU "Environment" "Path"
  StrCpy $R4 "1"
  ${If} ${Errors}
    ; Not there, or too long to be read.
    StrCpy $R1 0
    ${Do}
      ClearErrors
      EnumRegValue $R2 HKCU "Environment" $R1
      ${If} ${Errors}
      ${OrIf} $R2 == ""
        ${Break}
      ${EndIf}
      ${If} $R2 == "Path"
        StrCpy $R4 "0"
      ${EndIf}
      IntOp $R1 $R1 + 1
    ${Loop}
  ${EndIf}
  StrLen $R1 "$R0;$INSTDIR\resources\bin"
  IntOp $R1 $R1 + 1
  ${If} $R1 >= ${NSIS_MAX_STRLEN}
    StrCpy $R4 "0"
  ${EndIf}
  ${If} $R4 == "1"
    ; $R0 what is left to read, $R3 what is kept.
    StrCpy $R3 ""
    ${DoWhile} $R0 != ""
      StrCpy $R1 0
      ${Do}
        StrCpy $R2 $R0 1 $R1
        ${If} $R2 == ";"
        ${OrIf} $R2 == ""
          ${Break}
        ${EndIf}
        IntOp $R1 $R1 + 1
      ${Loop}
      StrCpy $R2 $R0 $R1
      IntOp $R1 $R1 + 1
      StrCpy $R0 $R0 "" $R1
      ${If} $R2 != ""
      ${AndIf} $R2 != "$INSTDIR\resources\bin"
        StrCpy $R3 "$R3$R2;"
      ${EndIf}
    ${Loop}
    ${If} ${AT_END} == 1
      StrCpy $R3 "$R3$INSTDIR\resources\bin"
    ${ElseIf} $R3 != ""
      StrCpy $R3 $R3 -1
    ${EndIf}
    ${If} $R3 == ""
      DeleteRegValue HKCU "Environment" "Path"
    ${Else}
      WriteRegExpandStr HKCU "Environment" "Path" "$R3"
    ${EndIf}
    ; Programs that are started from now on see it.
    SendMessage ${HWND_BROADCAST} ${WM_WININICHANGE} 0 "STR:Environment" /TIMEOUT=5000
  ${Else}
    DetailPrint "PATH is too long to be changed: the command is $INSTDIR\resources\bin\hexdrop.cmd"
  ${EndIf}
  Pop $R4
  Pop $R3
  Pop $R2
  Pop $R1
  Pop $R0
!macroend

!macro customInstall
  !insertmacro hexdropPath 1
  !insertmacro hexdropLinks
  ; 2052 is Simplified Chinese.
  ${If} $LANGUAGE == 2052
    !insertmacro hexdropVerbs "用 Hexdrop 共享" "用 Hexdrop 发送"
  ${Else}
    !insertmacro hexdropVerbs "Share with Hexdrop" "Send with Hexdrop"
  ${EndIf}
!macroend

!macro customUnInstall
  !insertmacro hexdropPath 0
  DeleteRegKey SHCTX "Software\Classes\hexdrop"
  DeleteRegKey SHCTX "Software\Classes\Directory\shell\HexdropShare"
  DeleteRegKey SHCTX "Software\Classes\Directory\shell\HexdropSend"
  DeleteRegKey SHCTX "Software\Classes\*\shell\HexdropSend"
!macroend
