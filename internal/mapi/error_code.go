package mapi

// Result codes, [MS-OXCDATA] 2.4 and the sections that define them. The comment is the name that traces and logs show.
const (
	Success ErrorCode = 0x00000000 // ecNone

	// COM and storage, also results of stream ROPs.
	ErrInterfaceNoSupport     ErrorCode = 0x80004002 // ecInterfaceNotSupported
	ErrGeneralFailure         ErrorCode = 0x80004005 // ecError
	ErrStreamInvalidFunction  ErrorCode = 0x80030001 // StorageInvalidFunction
	ErrStreamAccessDenied     ErrorCode = 0x80030005 // StorageAccessDenied
	ErrStreamSeek             ErrorCode = 0x80030019 // StreamSeekError
	ErrStreamReadFault        ErrorCode = 0x8003001E // StorageReadFault
	ErrStreamLockViolation    ErrorCode = 0x80030021 // StorageLockViolation
	ErrStreamInvalidParameter ErrorCode = 0x80030057 // StorageInvalidParameter
	ErrStreamSize             ErrorCode = 0x80030070 // StreamSizeError
	ErrStreamInvalidFlag      ErrorCode = 0x800300FF // StorageInvalidFlag
	ErrStreamCannotSave       ErrorCode = 0x80030103 // StorageCannotSave

	// MAPI.
	ErrNoSupport          ErrorCode = 0x80040102 // ecNotSupported
	ErrBadCharWidth       ErrorCode = 0x80040103 // ecBadCharwidth
	ErrStringTooLong      ErrorCode = 0x80040105 // ecStringTooLarge
	ErrUnknownFlags       ErrorCode = 0x80040106 // ecUnknownFlags
	ErrInvalidEntryID     ErrorCode = 0x80040107 // ecInvalidEntryId
	ErrInvalidObject      ErrorCode = 0x80040108 // ecInvalidObject
	ErrObjectModified     ErrorCode = 0x80040109 // ecObjectModified
	ErrObjectDeleted      ErrorCode = 0x8004010A // ecObjectDeleted
	ErrBusy               ErrorCode = 0x8004010B // ecBusy
	ErrOutOfDisk          ErrorCode = 0x8004010D // ecDiskFull
	ErrOutOfResources     ErrorCode = 0x8004010E // ecInsufficientResrc
	ErrNotFound           ErrorCode = 0x8004010F // ecNotFound
	ErrVersionMismatch    ErrorCode = 0x80040110 // ecVersionMismatch
	ErrLoginFailure       ErrorCode = 0x80040111 // ecLoginFailure
	ErrTooManySessions    ErrorCode = 0x80040112 // ecTooManySessions
	ErrUserAbort          ErrorCode = 0x80040113 // ecUserAbort
	ErrUnableToAbort      ErrorCode = 0x80040114 // ecUnableToAbort
	ErrRpcFailed          ErrorCode = 0x80040115 // ecRpcFailed
	ErrReadFault          ErrorCode = 0x80040116 // ecReadFault
	ErrTooComplex         ErrorCode = 0x80040117 // ecTooComplex
	ErrBadColumn          ErrorCode = 0x80040118 // ecInvalidColumn
	ErrComputed           ErrorCode = 0x8004011A // ecComputed
	ErrCorruptData        ErrorCode = 0x8004011B // ecCorruptData
	ErrUnconfigured       ErrorCode = 0x8004011C // ecUnconfigured
	ErrInvalidCodepage    ErrorCode = 0x8004011E // ecInvalidCodepage
	ErrInvalidLocale      ErrorCode = 0x8004011F // ecInvalidLocale
	ErrTimeSkew           ErrorCode = 0x80040123 // ecTimeSkew
	ErrEndOfSession       ErrorCode = 0x80040200 // ecEndOfSession
	ErrUnknownEntryID     ErrorCode = 0x80040201 // ecUnknownEntryId
	ErrBadValue           ErrorCode = 0x80040301 // ecBadValue
	ErrInvalidType        ErrorCode = 0x80040302 // ecInvalidType
	ErrTypeNoSupport      ErrorCode = 0x80040303 // ecTypeNotSupported
	ErrUnexpectedType     ErrorCode = 0x80040304 // ecPropType
	ErrTooBig             ErrorCode = 0x80040305 // ecTooBig
	ErrUnexpectedID       ErrorCode = 0x80040307 // ecUnexpectedId
	ErrNotCompleted       ErrorCode = 0x80040400 // ecUnableToComplete
	ErrTimeout            ErrorCode = 0x80040401 // ecTimeout
	ErrTableEmpty         ErrorCode = 0x80040402 // ecTableEmpty
	ErrTableTooBig        ErrorCode = 0x80040403 // ecTableTooBig
	ErrInvalidBookmark    ErrorCode = 0x80040405 // ecInvalidBookmark
	ErrWait               ErrorCode = 0x80040500 // ecWait
	ErrCancel             ErrorCode = 0x80040501 // ecCancel
	ErrCorruptStore       ErrorCode = 0x80040600 // ecCorruptStore
	ErrNotInQueue         ErrorCode = 0x80040601 // ecNotInQueue
	ErrNoSuppress         ErrorCode = 0x80040602 // ecNoSuppress
	ErrDuplicateName      ErrorCode = 0x80040604 // ecDuplicateName
	ErrNotInitialized     ErrorCode = 0x80040605 // ecNotInitialized
	ErrNoRecipients       ErrorCode = 0x80040607 // ecNoRecipients
	ErrSubmitted          ErrorCode = 0x80040608 // ecSubmitted
	ErrHasFolders         ErrorCode = 0x80040609 // ecFolderHasChildren
	ErrHasMessages        ErrorCode = 0x8004060A // ecFolderHasContents
	ErrFolderCycle        ErrorCode = 0x8004060B // ecRootFolder
	ErrLockIDLimit        ErrorCode = 0x8004060D // ecLockIdLimit
	ErrAmbiguousRecipient ErrorCode = 0x80040700 // ecAmbiguousRecip
	ErrSyncObjectDeleted  ErrorCode = 0x80040800 // SYNC_E_OBJECT_DELETED
	ErrSyncIgnore         ErrorCode = 0x80040801 // SYNC_E_IGNORE
	ErrSyncConflict       ErrorCode = 0x80040802 // SYNC_E_CONFLICT
	ErrSyncNoParent       ErrorCode = 0x80040803 // SYNC_E_NO_PARENT
	ErrSyncCycle          ErrorCode = 0x80040804 // SYNC_E_CYCLE
	ErrSyncUnsynchronized ErrorCode = 0x80040805 // SYNC_E_UNSYNCHRONIZED
	ErrNamedPropQuota     ErrorCode = 0x80040900 // ecNPQuotaExceeded
	ErrNotImplemented     ErrorCode = 0x80040FFF // ecNotImplemented
	ErrAccessDenied       ErrorCode = 0x80070005 // ecAccessDenied
	ErrMemory             ErrorCode = 0x8007000E // ecMAPIOOM
	ErrInvalidParameter   ErrorCode = 0x80070057 // ecInvalidParam

	// The store's own.
	ErrProfileNotConf         ErrorCode = 0x0000011C // ecProfileNotConfigured
	ErrJet                    ErrorCode = 0x000003EA // ecJetError
	ErrUnknownUser            ErrorCode = 0x000003EB // ecUnknownUser
	ErrExiting                ErrorCode = 0x000003ED // ecExiting
	ErrBadConfig              ErrorCode = 0x000003EE // ecBadConfig
	ErrUnknownCodePage        ErrorCode = 0x000003EF // ecUnknownCodePage
	ErrServerOOM              ErrorCode = 0x000003F0 // ecServerOOM
	ErrLoginPerm              ErrorCode = 0x000003F2 // ecLoginPerm
	ErrParameterOverflow      ErrorCode = 0x00000450 // ecParameterOverflow
	ErrBadVersion             ErrorCode = 0x00000451 // ecBadVersion
	ErrTooManyColumns         ErrorCode = 0x00000452 // ecTooManyCols
	ErrHaveMore               ErrorCode = 0x00000453 // ecHaveMore
	ErrDatabase               ErrorCode = 0x00000454 // ecDatabaseError
	ErrUnsupportedProp        ErrorCode = 0x00000456 // ecUnsupportedProp
	ErrMessageNotSaved        ErrorCode = 0x00000457 // ecMsgNotSaved
	ErrDifferentRoot          ErrorCode = 0x0000045B // ecDifferentRoot
	ErrBadFolderName          ErrorCode = 0x0000045C // ecBadFolderName
	ErrAttachOpen             ErrorCode = 0x0000045D // ecAttachOpen
	ErrInvalidCollapseState   ErrorCode = 0x0000045E // ecInvClpsState
	ErrSearchFolder           ErrorCode = 0x00000460 // ecSearchFolder
	ErrNotSearchFolder        ErrorCode = 0x00000461 // ecNotSearchFolder
	ErrFolderSetReceive       ErrorCode = 0x00000462 // ecFolderSetReceive
	ErrNoReceiveFolder        ErrorCode = 0x00000463 // ecNoReceiveFolder
	ErrDeleteSubmitted        ErrorCode = 0x00000465 // ecNoDelSubmitMsg
	ErrInvalidRecipients      ErrorCode = 0x00000467 // ecInvalidRecips
	ErrNoReplicaHere          ErrorCode = 0x00000468 // ecNoReplicaHere
	ErrNoReplicaAvailable     ErrorCode = 0x00000469 // ecNoReplicaAvailable
	ErrPublicMdb              ErrorCode = 0x0000046A // ecPublicMDB
	ErrNotPublicMdb           ErrorCode = 0x0000046B // ecNotPublicMDB
	ErrRecordNotFound         ErrorCode = 0x0000046C // ecRecordNotFound
	ErrFxBufferOverrun        ErrorCode = 0x00000470 // ecFxBufferOverrun
	ErrFxBufferEmpty          ErrorCode = 0x00000471 // ecFxBufferEmpty
	ErrFxPartialValue         ErrorCode = 0x00000472 // ecFxPartialValue
	ErrFxNoRoom               ErrorCode = 0x00000473 // ecFxNoRoom
	ErrTimeExpired            ErrorCode = 0x00000474 // ecMaxTimeExpired
	ErrDestination            ErrorCode = 0x00000475 // ecDstError
	ErrMdbNotInit             ErrorCode = 0x00000476 // ecMDBNotInit
	ErrWrongServer            ErrorCode = 0x00000478 // ecWrongServer
	ErrBufferTooSmall         ErrorCode = 0x0000047D // ecBufferTooSmall
	ErrRequiresRefResolve     ErrorCode = 0x0000047E // ecRequiresRefResolve
	ErrServerPaused           ErrorCode = 0x0000047F // ecServerPaused
	ErrServerBusy             ErrorCode = 0x00000480 // ecServerBusy
	ErrNoSuchLogon            ErrorCode = 0x00000481 // ecNoSuchLogon
	ErrDataLoss               ErrorCode = 0x00000485 // ecDataLoss
	ErrNotPrivateMdb          ErrorCode = 0x0000048B // ecNotPrivateMDB
	ErrSearchFolderScope      ErrorCode = 0x00000490 // ecSearchFolderScopeViolation
	ErrRpcFormat              ErrorCode = 0x000004B6 // ecRpcFormat; also ecRpcAuthentication of Exchange 2007
	ErrNoCopyTo               ErrorCode = 0x000004B7 // ecNoCopyTo
	ErrNullObject             ErrorCode = 0x000004B9 // ecNullObject
	ErrRpcAuthentication      ErrorCode = 0x000004BC // ecRpcAuthentication
	ErrRpcBadAuthLevel        ErrorCode = 0x000004BD // ecRpcBadAuthenticationLevel
	ErrNullCommentRestriction ErrorCode = 0x000004BE // ecNullCommentRestriction
	ErrRulesLoad              ErrorCode = 0x000004CC // ecRulesLoadError
	ErrMessageTooBig          ErrorCode = 0x000004D4 // ecMessageTooBig
	ErrNotAuthorized          ErrorCode = 0x000004D6 // ecNotAuthorized
	ErrQuotaExceeded          ErrorCode = 0x000004D9 // ecQuotaExceeded
	ErrMaxSubmission          ErrorCode = 0x000004DA // ecMaxSubmissionExceeded
	ErrMaxAttachment          ErrorCode = 0x000004DB // ecMaxAttachmentExceeded
	ErrSendAsDenied           ErrorCode = 0x000004DC // ecSendAsDenied
	ErrShutoffQuota           ErrorCode = 0x000004DD // ecShutoffQuotaExceeded
	ErrTooManyObjects         ErrorCode = 0x000004DE // ecMaxObjsExceeded
	ErrClientVerBlocked       ErrorCode = 0x000004DF // ecClientVerDisallowed
	ErrRpcHttpDisallowed      ErrorCode = 0x000004E0 // ecRpcHttpDisallowed
	ErrCachedModeReq          ErrorCode = 0x000004E1 // ecCachedModeRequired
	ErrFolderNotCleanedUp     ErrorCode = 0x000004E3 // ecFolderNotCleanedUp
	ErrFormat                 ErrorCode = 0x000004ED // ecFmtError
	ErrNotExpanded            ErrorCode = 0x000004F7 // ecNotExpanded
	ErrNotCollapsed           ErrorCode = 0x000004F8 // ecNotCollapsed
	ErrLeaf                   ErrorCode = 0x000004F9 // ecLeaf
	ErrUnregisteredName       ErrorCode = 0x000004FA // ecUnregisteredNamedProp
	ErrFolderDisabled         ErrorCode = 0x000004FB // ecFolderDisabled
	ErrDomain                 ErrorCode = 0x000004FC // ecDomainError
	ErrNoCreateRight          ErrorCode = 0x000004FF // ecNoCreateRight
	ErrPublicRoot             ErrorCode = 0x00000500 // ecPublicRoot
	ErrNoReadRight            ErrorCode = 0x00000501 // ecNoReadRight
	ErrNoCreateSubfolderRight ErrorCode = 0x00000502 // ecNoCreateSubfolderRight
	ErrDstNullObject          ErrorCode = 0x00000503 // ecDstNullObject
	ErrMessageCycle           ErrorCode = 0x00000504 // ecMsgCycle
	ErrTooManyRecipients      ErrorCode = 0x00000505 // ecTooManyRecips
	ErrMailboxInTransit       ErrorCode = 0x0000050C // ecMailboxInTransit
	ErrDuplicateObject        ErrorCode = 0x00000579 // ecDuplicateObject
	ErrObjectNotFound         ErrorCode = 0x0000057A // ecObjectNotFound
	ErrWrongMailbox           ErrorCode = 0x00000648 // ecWrongMailbox
	ErrProtocolDisabled       ErrorCode = 0x000007D8 // ecProtocolDisabled
	ErrRejected               ErrorCode = 0x000007EE // ecRejected
	ErrMailboxDisabled        ErrorCode = 0x0000096C // ecMailboxDisabled
	ErrNotEncrypted           ErrorCode = 0x00000970 // ecNotEncrypted

	// Warnings: successes that never travel as an error.
	WarnWithErrors        ErrorCode = 0x00040380 // ecWarnWithErrors; ErrorsReturned of NSPI
	WarnPositionChanged   ErrorCode = 0x00040481 // ecWarnPositionChanged
	WarnApproxCount       ErrorCode = 0x00040482 // ecWarnApproxCount
	WarnPartialCompletion ErrorCode = 0x00040680 // ecPartialCompletion
	WarnProgress          ErrorCode = 0x00040820 // SYNC_W_PROGRESS
	WarnClientChangeNewer ErrorCode = 0x00040821 // SYNC_W_CLIENT_CHANGE_NEWER
)

// Name returns the specification's name, or "" for a code without one.
func (c ErrorCode) Name() string { return errorNames[c] }

var errorNames = map[ErrorCode]string{
	Success:                   "ecNone",
	ErrInterfaceNoSupport:     "ecInterfaceNotSupported",
	ErrGeneralFailure:         "ecError",
	ErrStreamInvalidFunction:  "StorageInvalidFunction",
	ErrStreamAccessDenied:     "StorageAccessDenied",
	ErrStreamSeek:             "StreamSeekError",
	ErrStreamReadFault:        "StorageReadFault",
	ErrStreamLockViolation:    "StorageLockViolation",
	ErrStreamInvalidParameter: "StorageInvalidParameter",
	ErrStreamSize:             "StreamSizeError",
	ErrStreamInvalidFlag:      "StorageInvalidFlag",
	ErrStreamCannotSave:       "StorageCannotSave",
	ErrNoSupport:              "ecNotSupported",
	ErrBadCharWidth:           "ecBadCharwidth",
	ErrStringTooLong:          "ecStringTooLarge",
	ErrUnknownFlags:           "ecUnknownFlags",
	ErrInvalidEntryID:         "ecInvalidEntryId",
	ErrInvalidObject:          "ecInvalidObject",
	ErrObjectModified:         "ecObjectModified",
	ErrObjectDeleted:          "ecObjectDeleted",
	ErrBusy:                   "ecBusy",
	ErrOutOfDisk:              "ecDiskFull",
	ErrOutOfResources:         "ecInsufficientResrc",
	ErrNotFound:               "ecNotFound",
	ErrVersionMismatch:        "ecVersionMismatch",
	ErrLoginFailure:           "ecLoginFailure",
	ErrTooManySessions:        "ecTooManySessions",
	ErrUserAbort:              "ecUserAbort",
	ErrUnableToAbort:          "ecUnableToAbort",
	ErrRpcFailed:              "ecRpcFailed",
	ErrReadFault:              "ecReadFault",
	ErrTooComplex:             "ecTooComplex",
	ErrBadColumn:              "ecInvalidColumn",
	ErrComputed:               "ecComputed",
	ErrCorruptData:            "ecCorruptData",
	ErrUnconfigured:           "ecUnconfigured",
	ErrInvalidCodepage:        "ecInvalidCodepage",
	ErrInvalidLocale:          "ecInvalidLocale",
	ErrTimeSkew:               "ecTimeSkew",
	ErrEndOfSession:           "ecEndOfSession",
	ErrUnknownEntryID:         "ecUnknownEntryId",
	ErrBadValue:               "ecBadValue",
	ErrInvalidType:            "ecInvalidType",
	ErrTypeNoSupport:          "ecTypeNotSupported",
	ErrUnexpectedType:         "ecPropType",
	ErrTooBig:                 "ecTooBig",
	ErrUnexpectedID:           "ecUnexpectedId",
	ErrNotCompleted:           "ecUnableToComplete",
	ErrTimeout:                "ecTimeout",
	ErrTableEmpty:             "ecTableEmpty",
	ErrTableTooBig:            "ecTableTooBig",
	ErrInvalidBookmark:        "ecInvalidBookmark",
	ErrWait:                   "ecWait",
	ErrCancel:                 "ecCancel",
	ErrCorruptStore:           "ecCorruptStore",
	ErrNotInQueue:             "ecNotInQueue",
	ErrNoSuppress:             "ecNoSuppress",
	ErrDuplicateName:          "ecDuplicateName",
	ErrNotInitialized:         "ecNotInitialized",
	ErrNoRecipients:           "ecNoRecipients",
	ErrSubmitted:              "ecSubmitted",
	ErrHasFolders:             "ecFolderHasChildren",
	ErrHasMessages:            "ecFolderHasContents",
	ErrFolderCycle:            "ecRootFolder",
	ErrLockIDLimit:            "ecLockIdLimit",
	ErrAmbiguousRecipient:     "ecAmbiguousRecip",
	ErrSyncObjectDeleted:      "SYNC_E_OBJECT_DELETED",
	ErrSyncIgnore:             "SYNC_E_IGNORE",
	ErrSyncConflict:           "SYNC_E_CONFLICT",
	ErrSyncNoParent:           "SYNC_E_NO_PARENT",
	ErrSyncCycle:              "SYNC_E_CYCLE",
	ErrSyncUnsynchronized:     "SYNC_E_UNSYNCHRONIZED",
	ErrNamedPropQuota:         "ecNPQuotaExceeded",
	ErrNotImplemented:         "ecNotImplemented",
	ErrAccessDenied:           "ecAccessDenied",
	ErrMemory:                 "ecMAPIOOM",
	ErrInvalidParameter:       "ecInvalidParam",
	ErrProfileNotConf:         "ecProfileNotConfigured",
	ErrJet:                    "ecJetError",
	ErrUnknownUser:            "ecUnknownUser",
	ErrExiting:                "ecExiting",
	ErrBadConfig:              "ecBadConfig",
	ErrUnknownCodePage:        "ecUnknownCodePage",
	ErrServerOOM:              "ecServerOOM",
	ErrLoginPerm:              "ecLoginPerm",
	ErrParameterOverflow:      "ecParameterOverflow",
	ErrBadVersion:             "ecBadVersion",
	ErrTooManyColumns:         "ecTooManyCols",
	ErrHaveMore:               "ecHaveMore",
	ErrDatabase:               "ecDatabaseError",
	ErrUnsupportedProp:        "ecUnsupportedProp",
	ErrMessageNotSaved:        "ecMsgNotSaved",
	ErrDifferentRoot:          "ecDifferentRoot",
	ErrBadFolderName:          "ecBadFolderName",
	ErrAttachOpen:             "ecAttachOpen",
	ErrInvalidCollapseState:   "ecInvClpsState",
	ErrSearchFolder:           "ecSearchFolder",
	ErrNotSearchFolder:        "ecNotSearchFolder",
	ErrFolderSetReceive:       "ecFolderSetReceive",
	ErrNoReceiveFolder:        "ecNoReceiveFolder",
	ErrDeleteSubmitted:        "ecNoDelSubmitMsg",
	ErrInvalidRecipients:      "ecInvalidRecips",
	ErrNoReplicaHere:          "ecNoReplicaHere",
	ErrNoReplicaAvailable:     "ecNoReplicaAvailable",
	ErrPublicMdb:              "ecPublicMDB",
	ErrNotPublicMdb:           "ecNotPublicMDB",
	ErrRecordNotFound:         "ecRecordNotFound",
	ErrFxBufferOverrun:        "ecFxBufferOverrun",
	ErrFxBufferEmpty:          "ecFxBufferEmpty",
	ErrFxPartialValue:         "ecFxPartialValue",
	ErrFxNoRoom:               "ecFxNoRoom",
	ErrTimeExpired:            "ecMaxTimeExpired",
	ErrDestination:            "ecDstError",
	ErrMdbNotInit:             "ecMDBNotInit",
	ErrWrongServer:            "ecWrongServer",
	ErrBufferTooSmall:         "ecBufferTooSmall",
	ErrRequiresRefResolve:     "ecRequiresRefResolve",
	ErrServerPaused:           "ecServerPaused",
	ErrServerBusy:             "ecServerBusy",
	ErrNoSuchLogon:            "ecNoSuchLogon",
	ErrDataLoss:               "ecDataLoss",
	ErrNotPrivateMdb:          "ecNotPrivateMDB",
	ErrSearchFolderScope:      "ecSearchFolderScopeViolation",
	ErrRpcFormat:              "ecRpcFormat",
	ErrNoCopyTo:               "ecNoCopyTo",
	ErrNullObject:             "ecNullObject",
	ErrRpcAuthentication:      "ecRpcAuthentication",
	ErrRpcBadAuthLevel:        "ecRpcBadAuthenticationLevel",
	ErrNullCommentRestriction: "ecNullCommentRestriction",
	ErrRulesLoad:              "ecRulesLoadError",
	ErrMessageTooBig:          "ecMessageTooBig",
	ErrNotAuthorized:          "ecNotAuthorized",
	ErrQuotaExceeded:          "ecQuotaExceeded",
	ErrMaxSubmission:          "ecMaxSubmissionExceeded",
	ErrMaxAttachment:          "ecMaxAttachmentExceeded",
	ErrSendAsDenied:           "ecSendAsDenied",
	ErrShutoffQuota:           "ecShutoffQuotaExceeded",
	ErrTooManyObjects:         "ecMaxObjsExceeded",
	ErrClientVerBlocked:       "ecClientVerDisallowed",
	ErrRpcHttpDisallowed:      "ecRpcHttpDisallowed",
	ErrCachedModeReq:          "ecCachedModeRequired",
	ErrFolderNotCleanedUp:     "ecFolderNotCleanedUp",
	ErrFormat:                 "ecFmtError",
	ErrNotExpanded:            "ecNotExpanded",
	ErrNotCollapsed:           "ecNotCollapsed",
	ErrLeaf:                   "ecLeaf",
	ErrUnregisteredName:       "ecUnregisteredNamedProp",
	ErrFolderDisabled:         "ecFolderDisabled",
	ErrDomain:                 "ecDomainError",
	ErrNoCreateRight:          "ecNoCreateRight",
	ErrPublicRoot:             "ecPublicRoot",
	ErrNoReadRight:            "ecNoReadRight",
	ErrNoCreateSubfolderRight: "ecNoCreateSubfolderRight",
	ErrDstNullObject:          "ecDstNullObject",
	ErrMessageCycle:           "ecMsgCycle",
	ErrTooManyRecipients:      "ecTooManyRecips",
	ErrMailboxInTransit:       "ecMailboxInTransit",
	ErrDuplicateObject:        "ecDuplicateObject",
	ErrObjectNotFound:         "ecObjectNotFound",
	ErrWrongMailbox:           "ecWrongMailbox",
	ErrProtocolDisabled:       "ecProtocolDisabled",
	ErrRejected:               "ecRejected",
	ErrMailboxDisabled:        "ecMailboxDisabled",
	ErrNotEncrypted:           "ecNotEncrypted",
	WarnWithErrors:            "ecWarnWithErrors",
	WarnPositionChanged:       "ecWarnPositionChanged",
	WarnApproxCount:           "ecWarnApproxCount",
	WarnPartialCompletion:     "ecPartialCompletion",
	WarnProgress:              "SYNC_W_PROGRESS",
	WarnClientChangeNewer:     "SYNC_W_CLIENT_CHANGE_NEWER",
}
