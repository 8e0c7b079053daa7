package mapi

// PidTagMessageFlags, [MS-OXCMSG] 2.2.1.6.
const (
	MfRead         uint32 = 0x00000001
	MfUnmodified   uint32 = 0x00000002
	MfSubmitted    uint32 = 0x00000004
	MfUnsent       uint32 = 0x00000008
	MfHasAttach    uint32 = 0x00000010
	MfFromMe       uint32 = 0x00000020
	MfFAI          uint32 = 0x00000040
	MfResend       uint32 = 0x00000080
	MfNotifyRead   uint32 = 0x00000100
	MfNotifyUnread uint32 = 0x00000200
	MfEverRead     uint32 = 0x00000400
	MfInternet     uint32 = 0x00002000
	MfUntrusted    uint32 = 0x00008000
)

// PidTagMessageStatus, [MS-OXCMSG] 2.2.1.8.
const (
	MsRemoteDownload uint32 = 0x00001000
	MsInConflict     uint32 = 0x00000800
	MsRemoteDelete   uint32 = 0x00002000
)

// OpenModeFlags of RopOpenMessage, RopOpenAttachment, RopOpenEmbeddedMessage, RopOpenStream and RopOpenFolder,
// [MS-OXCMSG] 2.2.3.1.1, [MS-OXCPRPT] 2.2.14.1, [MS-OXCFOLD] 2.2.1.1.1.
const (
	OpenModeReadOnly    uint8 = 0x00
	OpenModeReadWrite   uint8 = 0x01
	OpenModeCreate      uint8 = 0x02 // embedded messages and streams
	OpenModeBestAccess  uint8 = 0x03
	OpenModeSoftDeleted uint8 = 0x04 // messages and folders
)

// SaveFlags of RopSaveChangesMessage and RopSaveChangesAttachment, [MS-OXCMSG] 2.2.3.3.1.
const (
	SaveKeepOpenReadOnly  uint8 = 0x01
	SaveKeepOpenReadWrite uint8 = 0x02
	SaveForce             uint8 = 0x04
	SaveFlagsMask         uint8 = 0x07 // other bits are ignored
)

// ReadFlags of RopSetReadFlags and RopSetMessageReadFlag, [MS-OXCMSG] 2.2.3.10.1.
const (
	ReadFlagDefault             uint8 = 0x00
	ReadFlagSuppressReceipt     uint8 = 0x01
	ReadFlagClearReadFlag       uint8 = 0x04
	ReadFlagGenerateReceiptOnly uint8 = 0x10
	ReadFlagClearNotifyRead     uint8 = 0x20
	ReadFlagClearNotifyUnread   uint8 = 0x40
)

// SubmitFlags of RopSubmitMessage, [MS-OXOMSG] 2.2.3.1.
const (
	SubmitNone         uint8 = 0x00
	SubmitPreProcess   uint8 = 0x01
	SubmitNeedsSpooler uint8 = 0x02
)

// LockState of RopSpoolerLockMessage, [MS-OXOMSG] 2.2.5.3.1.
const (
	SpoolerLock     uint8 = 0x00
	SpoolerUnlock   uint8 = 0x01
	SpoolerFinished uint8 = 0x02
)

// PidTagRecipientType, [MS-OXOMSG] 2.2.3.1.2.
const (
	RecipientOriginator uint32 = 0
	RecipientTo         uint32 = 1
	RecipientCc         uint32 = 2
	RecipientBcc        uint32 = 3
	RecipientFailed     uint32 = 0x10000000 // to be sent again
	RecipientSent       uint32 = 0x80000000 // not to be sent again
)

// PidTagAttachMethod, [MS-OXCMSG] 2.2.2.9.
const (
	AfNone             uint32 = 0
	AfByValue          uint32 = 1
	AfByReference      uint32 = 2
	AfByReferenceOnly  uint32 = 4
	AfEmbeddedMessage  uint32 = 5
	AfStorage          uint32 = 6
	AfByWebReference   uint32 = 7
	RenderingNone      int32  = -1 // PidTagRenderingPosition of an attachment that is not in the text
	AttachMhtmlRef     uint32 = 4  // PidTagAttachFlags: shown by the HTML body
	AccessLevelRead    uint32 = 0  // PidTagAccessLevel
	AccessLevelModify  uint32 = 1
	ImportanceLow      uint32 = 0 // PidTagImportance
	ImportanceNormal   uint32 = 1
	ImportanceHigh     uint32 = 2
	SensitivityNormal  uint32 = 0 // PidTagSensitivity
	SensitivityPrivate uint32 = 2
)

// PidTagNativeBody, [MS-OXCMSG] 2.2.1.58.2.
const (
	NativeBodyUndefined   uint32 = 0
	NativeBodyPlainText   uint32 = 1
	NativeBodyRTF         uint32 = 2
	NativeBodyHTML        uint32 = 3
	NativeBodyClearSigned uint32 = 4
)

// PidTagObjectType, [MS-OXCPRPT] 2.2.1.7.
const (
	ObjectStore            uint32 = 1
	ObjectAddressBook      uint32 = 2
	ObjectFolder           uint32 = 3
	ObjectAddressContainer uint32 = 4
	ObjectMessage          uint32 = 5
	ObjectMailUser         uint32 = 6
	ObjectAttachment       uint32 = 7
	ObjectDistributionList uint32 = 8
)

// PidTagDisplayType, [MS-OXOABK] 2.2.3.11, also the type in a permanent entry id, [MS-OXCDATA] 2.2.5.2.
const (
	DisplayMailUser     uint32 = 0x00000000
	DisplayDistList     uint32 = 0x00000001
	DisplayForum        uint32 = 0x00000002
	DisplayAgent        uint32 = 0x00000003
	DisplayOrganization uint32 = 0x00000004
	DisplayPrivateDL    uint32 = 0x00000005
	DisplayRemoteUser   uint32 = 0x00000006
	DisplayContainer    uint32 = 0x00000100
	DisplayTemplate     uint32 = 0x00000101
	DisplayAddressTempl uint32 = 0x00000102 // one-off user
	DisplaySearch       uint32 = 0x00000200
)
