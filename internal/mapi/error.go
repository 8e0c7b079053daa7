package mapi

import (
	"errors"
	"fmt"
)

// ErrorCode is a protocol result code, [MS-OXCDATA] 2.4. Zero is success; codes with the high bit clear that are
// listed as warnings are successes too and never travel as an error. The place that returns a code as an error
// decides how far it reaches: a ROP's ReturnValue, or a whole call's return value.
type ErrorCode uint32

// Error returns the name and the number.
func (c ErrorCode) Error() string { return c.String() }

// String returns the name and the number, or the number alone.
func (c ErrorCode) String() string {
	if n, ok := errorNames[c]; ok {
		return fmt.Sprintf("%s (0x%08X)", n, uint32(c))
	}
	return fmt.Sprintf("0x%08X", uint32(c))
}

// Name returns the specification's name, or "" for a code without one.
func (c ErrorCode) Name() string { return errorNames[c] }

// Wrap returns an error that carries code for the client and cause for the operator.
func Wrap(code ErrorCode, cause error) error { return &wrapped{code, cause} }

type wrapped struct {
	code  ErrorCode
	cause error
}

func (w *wrapped) Error() string   { return w.code.String() + ": " + w.cause.Error() }
func (w *wrapped) Unwrap() []error { return []error{w.code, w.cause} }

// CodeOf returns the code that err carries, and false if it carries none.
func CodeOf(err error) (ErrorCode, bool) { return errors.AsType[ErrorCode](err) }

// Result codes, [MS-OXCDATA] 2.4 and the sections that define them.
const (
	Success              ErrorCode = 0
	ErrGeneralFailure    ErrorCode = 0x80004005 // ecError
	ErrNoSupport         ErrorCode = 0x80040102 // ecNotSupported
	ErrInvalidObject     ErrorCode = 0x80040108
	ErrObjectModified    ErrorCode = 0x80040109
	ErrOutOfResources    ErrorCode = 0x8004010E
	ErrNotFound          ErrorCode = 0x8004010F
	ErrVersionMismatch   ErrorCode = 0x80040110
	ErrLoginFailure      ErrorCode = 0x80040111
	ErrUnableToAbort     ErrorCode = 0x80040114
	ErrRpcFailed         ErrorCode = 0x80040115
	ErrTooComplex        ErrorCode = 0x80040117
	ErrInvalidCodepage   ErrorCode = 0x8004011E
	ErrInvalidLocale     ErrorCode = 0x8004011F
	ErrUnexpectedType    ErrorCode = 0x80040301
	ErrTooBig            ErrorCode = 0x80040305
	ErrTableTooBig       ErrorCode = 0x80040403
	ErrInvalidBookmark   ErrorCode = 0x80040405
	ErrNotInQueue        ErrorCode = 0x80040601
	ErrDuplicateName     ErrorCode = 0x80040604
	ErrNotInitialized    ErrorCode = 0x80040605
	ErrNoRecipients      ErrorCode = 0x80040607
	ErrNotImplemented    ErrorCode = 0x80040FFF
	ErrAccessDenied      ErrorCode = 0x80070005
	ErrMemory            ErrorCode = 0x8007000E
	ErrInvalidParameter  ErrorCode = 0x80070057
	ErrProfileNotConf    ErrorCode = 0x0000011C // ecProfileNotConfigured
	ErrUnknownUser       ErrorCode = 0x000003EB
	ErrUnknownCodePage   ErrorCode = 0x000003EF
	ErrServerOOM         ErrorCode = 0x000003F0
	ErrLoginPerm         ErrorCode = 0x000003F2
	ErrParameterOverflow ErrorCode = 0x00000450
	ErrSearchFolderScope ErrorCode = 0x00000490 // ecSearchFolderScopeViolation
	ErrNotSearchFolder   ErrorCode = 0x00000461
	ErrWrongServer       ErrorCode = 0x00000478
	ErrBufferTooSmall    ErrorCode = 0x0000047D
	ErrServerPaused      ErrorCode = 0x0000047F
	ErrServerBusy        ErrorCode = 0x00000480
	ErrRpcFormat         ErrorCode = 0x000004B6 // ecRpcFormat; also ecRpcAuthentication of Exchange 2007
	ErrNullObject        ErrorCode = 0x000004B9
	ErrQuotaExceeded     ErrorCode = 0x000004D9
	ErrClientVerBlocked  ErrorCode = 0x000004DF // ecClientVerDisallowed
	ErrRpcHttpDisallowed ErrorCode = 0x000004E0
	ErrCachedModeReq     ErrorCode = 0x000004E1 // ecCachedModeRequired
	ErrDstNullObject     ErrorCode = 0x00000503
	ErrMdbOffline        ErrorCode = 0x0000050C // the mailbox is in transit
	ErrRejected          ErrorCode = 0x000007EE // ecRejected
	ErrProtocolDisabled  ErrorCode = 0x000007D8
	ErrMailboxDisabled   ErrorCode = 0x0000096C
	ErrNotEncrypted      ErrorCode = 0x00000970
	ErrExiting           ErrorCode = 0x000003ED

	WarnWithErrors ErrorCode = 0x00040380 // ecWarnWithErrors, ErrorsReturned of NSPI
)

var errorNames = map[ErrorCode]string{
	Success: "ecNone", ErrGeneralFailure: "ecError", ErrNoSupport: "ecNotSupported", ErrInvalidObject: "ecInvalidObject",
	ErrObjectModified: "ecObjectModified", ErrOutOfResources: "ecInsufficientResrc", ErrNotFound: "ecNotFound",
	ErrVersionMismatch: "ecVersionMismatch", ErrLoginFailure: "ecLoginFailure", ErrUnableToAbort: "ecUnableToAbort",
	ErrRpcFailed: "ecRpcFailed", ErrTooComplex: "ecTooComplex", ErrInvalidCodepage: "ecInvalidCodepage",
	ErrInvalidLocale: "ecInvalidLocale", ErrUnexpectedType: "ecUnexpectedType", ErrTooBig: "ecTooBig", ErrTableTooBig: "ecTableTooBig",
	ErrInvalidBookmark: "ecInvalidBookmark", ErrNotInQueue: "ecNotInQueue", ErrDuplicateName: "ecDuplicateName",
	ErrNotInitialized: "ecNotInitialized", ErrNoRecipients: "ecNoRecipients", ErrNotImplemented: "ecNotImplemented",
	ErrAccessDenied: "ecAccessDenied", ErrMemory: "ecMAPIOOM", ErrInvalidParameter: "ecInvalidParam",
	ErrProfileNotConf: "ecProfileNotConfigured", ErrUnknownUser: "ecUnknownUser", ErrUnknownCodePage: "ecUnknownCodePage",
	ErrServerOOM: "ecServerOOM", ErrLoginPerm: "ecLoginPerm", ErrParameterOverflow: "ecParameterOverflow",
	ErrSearchFolderScope: "ecSearchFolderScopeViolation", ErrNotSearchFolder: "ecNotSearchFolder",
	ErrWrongServer: "ecWrongServer", ErrBufferTooSmall: "ecBufferTooSmall", ErrServerPaused: "ecServerPaused",
	ErrServerBusy: "ecServerBusy", ErrRpcFormat: "ecRpcFormat", ErrNullObject: "ecNullObject",
	ErrQuotaExceeded: "ecQuotaExceeded", ErrClientVerBlocked: "ecClientVerDisallowed",
	ErrRpcHttpDisallowed: "ecRpcHttpDisallowed", ErrCachedModeReq: "ecCachedModeRequired",
	ErrDstNullObject: "ecDstNullObject", ErrMdbOffline: "ecMdbOffline", ErrRejected: "ecRejected",
	ErrProtocolDisabled: "ecProtocolDisabled", ErrMailboxDisabled: "ecMailboxDisabled", ErrNotEncrypted: "ecNotEncrypted",
	ErrExiting: "ecExiting", WarnWithErrors: "ecWarnWithErrors",
}
