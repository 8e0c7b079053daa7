package profile

import "github.com/mapid/mapid/internal/mapi"

// Message holds differences of messages and attachments, [MS-OXCMSG].
type Message struct {
	// ObjectType: messages and attachments have PidTagObjectType. M1, M7, 2.2.1.1 <2>, 2.2.2.1 <9>.
	ObjectType bool
	// RecordKey: messages have PidTagRecordKey. M2, 2.2.1.1 <3>.
	RecordKey bool
	// EverRead: mfEverRead is set together with mfRead. M3, 2.2.1.6 <4>.
	EverRead bool
	// TrustSender: messages have PidTagTrustSender. M4, 2.2.1.45 <5>.
	TrustSender bool
	// NativeBody: messages have PidTagNativeBody. M5, 2.2.1.58.2 <6>.
	NativeBody bool
	// OpensReadOnly: ReadOnly of RopOpenMessage is obeyed. M8, 2.2.3.1.1, test settings.
	OpensReadOnly bool
	// BestAccessReadOnly: BestAccess gives a user without write access a read-only message instead of a writable one.
	// M9, 2.2.3.1.1 <12>.
	BestAccessReadOnly bool
	// KeepsOpenReadOnly: KeepOpenReadOnly of RopSaveChangesMessage makes the message read-only. M10, 2.2.3.3.1 <13>.
	KeepsOpenReadOnly bool
	// ForceSave are the SaveFlags that force a save. M11, 2.2.3.3.1 <14>.
	ForceSave uint8
	// ReadFlagsPartial: PartialCompletion of a RopSetReadFlags that failed in part. M12, 2.2.3.10.2 <15>.
	ReadFlagsPartial bool
	// AttachSizeChanged answers RopSaveChangesAttachment with a changed PidTagAttachSize; 0 ignores it. M15, 2.2.3.15
	// <16>.
	AttachSizeChanged mapi.ErrorCode
	// EmbeddedReadOnly: ReadOnly of RopOpenEmbeddedMessage is obeyed. M16, 2.2.3.16.1 <17>.
	EmbeddedReadOnly bool
	// SetsCreator: a new message has creator, modifier and locale at once, not only when saved. M17, 3.2.5.2 <21>.
	SetsCreator bool
	// SetsDisplayLists: a new message has empty PidTagDisplayTo, Cc and Bcc. M18, 3.2.5.2 <21>.
	SetsDisplayLists bool
	// InitialFlags is PidTagMessageFlags of a new message. M19, 3.2.5.2 <22>.
	InitialFlags uint32
	// InitialAccess is PidTagAccess of a new message. M20, 3.2.5.2 <23>.
	InitialAccess uint32
	// CreateDenied answers RopCreateMessage without the right. M21, 3.2.5.2 <24>; the test settings of 2007 say
	// ErrAccessDenied.
	CreateDenied mapi.ErrorCode
	// SaveConflict answers a save without ForceSave after another client's; 0 succeeds and drops the change. With
	// ForceSave every version saves. M22, 3.2.5.3 <25>, test suite R705, R1643 and R1916.
	SaveConflict mapi.ErrorCode
	// SaveReadOnlyProps answers a save with changed read-only properties; 0 ignores the changes. M23, 3.2.5.3 <26>.
	SaveReadOnlyProps mapi.ErrorCode
	// SaveReadOnly answers a save of a message opened read-only; 0 succeeds. M24, 3.2.5.3 <27>.
	SaveReadOnly mapi.ErrorCode
	// NewAttachSize is PidTagAttachSize of a new attachment. M25, 3.2.5.12.
	NewAttachSize uint32
	// NewAttachAccessLevel is PidTagAccessLevel of a new attachment. M26, 3.2.5.12.
	NewAttachAccessLevel uint32
}

// Submit holds differences of submission and of addresses, [MS-OXOMSG] and [MS-OXCMAIL].
type Submit struct {
	// ConversationID: PidTagConversationId is computed and can be read. U1, U6, [MS-OXOMSG] 2.2.1.2 <1>.
	ConversationID bool
	// ConversationIndexNew: the time in a PidTagConversationIndex has the new layout. U2, [MS-OXOMSG] 2.2.1.3 <2>.
	ConversationIndexNew bool
	// ConversationTopic: the server sets PidTagConversationTopic. U3, an older edition of [MS-OXOMSG] 2.2.1.5.
	ConversationTopic bool
	// DeferredDelivery: a deferred message is sent at PidTagDeferredDeliveryTime instead of PidTagDeferredSendTime. U4,
	// [MS-OXOMSG] 2.2.3.9 <3>.
	DeferredDelivery bool
	// RecipientTypeMasked: recipient types beyond To, Cc and Bcc count by their two low bits instead of being ignored.
	// U8, [MS-OXCMAIL] 2.1.3.1.1 <5> <6>.
	RecipientTypeMasked bool
	// SenderRefusal answers RopSubmitMessage of a message in the name of somebody for whom the user may not send; ecNone
	// accepts it, and the sender gets a non-delivery report. 2003 checks when a message is submitted, later versions
	// leave that to the transport (inferred).
	SenderRefusal mapi.ErrorCode
	// ReportSender is the name that non-delivery and delivery reports come from (inferred).
	ReportSender string
	// MaxSize is the largest message that can be submitted, in KiB, PidTagMaximumSubmitMessageSize of a new
	// organisation (inferred).
	MaxSize uint32
}
