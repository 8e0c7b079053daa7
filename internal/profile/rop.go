package profile

import "github.com/mapid/mapid/internal/mapi"

// TooBig says what happens when the response of a ROP does not fit.
type TooBig uint8

// Answers to a response that does not fit.
const (
	TooBigBuffer TooBig = iota // RopBufferTooSmall in place of the response
	TooBigROP                  // the ROP fails with ErrBufferTooSmall and the call succeeds
	TooBigCall                 // the whole call fails with ErrBufferTooSmall
)

// ROP holds differences of the framing of ROPs and of ROPs that exist in some versions only, [MS-OXCROPS].
type ROP struct {
	// OptionsData: RopOptionsData returns data, later versions none. O5, 2.2.7.9.2 <7>.
	OptionsData bool
	// OptionsDataNeverFails: RopOptionsData returns success all the same. O6, 2.2.7.9.3 <8>.
	OptionsDataNeverFails bool
	// ReadStreamLimit is the most RopReadStream gives at once, 0 without limit of its own; with a limit
	// MaximumByteCount is never used and more gives RopBufferTooSmall. O7, 2.2.9.2.1 <9>.
	ReadStreamLimit uint32
	// MaxStreamFixed: streams hold at most 2^31 bytes, whatever is configured. O9, 2.2.9.6.1 <10>.
	MaxStreamFixed bool
	// FirstTooBig: what happens when the response of the first and only ROP does not fit. O11, 3.1.5.1.2 <14>.
	FirstTooBig TooBig
	// MaxTooBig: what happens when a response does not fit although the client's buffer has the largest size. O12,
	// 3.2.4.3 <22>.
	MaxTooBig TooBig
	// PendingAlways: RopPending may be sent though every RopNotify fitted. O13, 3.1.5.1.3 <16>.
	PendingAlways bool
	// LogonLookupFailsCall: an unknown LogonId fails the call instead of its ROP. O15, 3.2.5.1 <24>.
	LogonLookupFailsCall bool
	// ReleasedHandle is the handle table's entry after RopRelease as the last of several ROPs. For 2010 the text says
	// an invalid value other than 0xFFFFFFFF. O16, 3.2.5.3 <25>.
	ReleasedHandle uint32
	// ProgressFails: RopProgress can return its failure response. O22, 2.2.8.13.3, test settings.
	ProgressFails bool

	// The following ROPs answer Unsupported where they are not there.

	// Unsupported is the result of a ROP that a version does not have.
	Unsupported mapi.ErrorCode
	// GetStoreState is RopGetStoreState, 0x7B. O17, [MS-OXCSTOR] <11>; where missing it answers ErrNotImplemented.
	GetStoreState bool
	// GetValidAttachments is RopGetValidAttachments, 0x52. O19, [MS-OXCMSG] <18>.
	GetValidAttachments bool
	// CopyToStream is RopCopyToStream, 0x3A. O20, [MS-OXCPRPT] <13>.
	CopyToStream bool
	// Progress is RopProgress, 0x50. O21, [MS-OXCPRPT] <14>.
	Progress bool
	// LockAndCloneStream are RopLockRegionStream, RopUnlockRegionStream, RopWriteAndCommitStream and RopCloneStream,
	// 0x5B, 0x5C, 0x90 and 0x3B. O23, P21, [MS-OXCPRPT] 3.2.5.21 <15> to <18>.
	LockAndCloneStream bool
	// WriteStreamExtended is RopWriteStreamExtended, 0xA3, from 15.0.466. O24, [MS-OXCPRPT] 2.2.17, test settings.
	WriteStreamExtended bool
	// SeekRowFractional is RopSeekRowFractional, 0x1A. O26, [MS-OXCTABL] <14> <18> <29>.
	SeekRowFractional bool
	// PutBufferExtended is RopFastTransferDestinationPutBufferExtended, 0x9D, from 8.1.92. O27, [MS-OXCFXICS]
	// 2.2.3.1.2.3.
	PutBufferExtended bool
}
