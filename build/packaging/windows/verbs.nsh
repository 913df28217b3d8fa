; Included into electron-builder's installer: what the context menus of folders and files offer, in the language of the
; installation. SHCTX is the user's own part of the registry in an installation per user.

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

!macro customInstall
  ; 2052 is Simplified Chinese.
  ${If} $LANGUAGE == 2052
    !insertmacro hexdropVerbs "用 Hexdrop 共享" "用 Hexdrop 发送"
  ${Else}
    !insertmacro hexdropVerbs "Share with Hexdrop" "Send with Hexdrop"
  ${EndIf}
!macroend

!macro customUnInstall
  DeleteRegKey SHCTX "Software\Classes\Directory\shell\HexdropShare"
  DeleteRegKey SHCTX "Software\Classes\Directory\shell\HexdropSend"
  DeleteRegKey SHCTX "Software\Classes\*\shell\HexdropSend"
!macroend
