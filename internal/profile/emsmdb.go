package profile

import (
	"time"

	"github.com/mapid/mapid/internal/mapi"
)

// Refusal is how a version refuses a malformed call: by a result code, or by an RPC fault. The zero Refusal accepts.
type Refusal struct {
	Code  mapi.ErrorCode
	Fault uint32 // status of a fault PDU
}

// Refuses reports whether the call is refused at all.
func (r Refusal) Refuses() bool { return r != Refusal{} }

// FaultBadStub is the status RPC_X_BAD_STUB_DATA, by which the runtime refuses what NDR does not allow.
const FaultBadStub uint32 = 0x000006F7

// Limits of the EMSMDB calls in bytes, [MS-OXCRPC] 3.1.4.1 and 3.1.4.2.
const (
	MaxAux         = 0x1008  // cbAuxIn, pcbAuxOut
	MaxRequest     = 0x40000 // cbIn, pcbOut
	MaxRequest2007 = 0x8007  // cbIn of servers without packed uploads
	MinBuffer      = 8       // cbIn, cbAuxIn, pcbOut: one RPC_HEADER_EXT
)

// EMSMDB holds differences of the calls of EMSMDB and AsyncEMSMDB, [MS-OXCRPC].
type EMSMDB struct {
	// TCP: the version serves EMSMDB over ncacn_ip_tcp. Serving it all the same in 2013 and 2016 is a lab
	// extension. R1, 2.1 <1>.
	TCP bool
	// EndpointCapabilities: AUX_ENDPOINT_CAPABILITIES is answered; one HTTP endpoint serves all interfaces. R2, R4,
	// 2.2.2.2 <2>, 2.2.2.19 <4>.
	EndpointCapabilities bool
	// OrgAutodiscoversPublicFolders: OrgFlags always has USE_AUTODISCOVER_FOR_PUBLIC_FOLDER_CONFIGURATION. R3,
	// 2.2.2.17 <3>; L29, [MS-OXCSTOR] 3.2.5.1.2 <34>.
	OrgAutodiscoversPublicFolders bool
	// Push: EcRRegisterPushNotification works; otherwise it answers ErrNoSupport. Service packs of 2010 from SP1
	// RU3 v3 have it behind a registry switch that is off. R7, 3.1.4 <7>, 3.1.4.5 <26>; N3, N4, [MS-OXCNOTIF]
	// 2.2.1.3.3 <6>.
	Push bool
	// PushInterval is after how long a datagram is sent again while notifications are pending: a minute. N4,
	// [MS-OXCNOTIF] 3.1.5.4.
	PushInterval time.Duration
	// LinksSessions: ulIcxrLink joins sessions whose time stamp is found; other versions never link and give the
	// time stamp back as it came. R8, 3.1.4.1 <8> <10> <11>; N17.
	LinksSessions bool
	// ConnectAuxTooLarge answers cbAuxIn over MaxAux. R11, 3.1.4.1 <12>.
	ConnectAuxTooLarge Refusal
	// ConnectAuxTooSmall answers cbAuxIn of 1 to 7. R12, 3.1.4.1 <13> <14>.
	ConnectAuxTooSmall Refusal
	// ConnectEmptyDN answers an empty szUserDN. R13, 3.1.4.1 <15>.
	ConnectEmptyDN Refusal
	// ConnectWeakIdentity answers a caller without enough rights on the szUserDN it gave. R14, 3.1.4.1 <15>.
	ConnectWeakIdentity Refusal
	// OSVersion goes out in AUX_OSVERSIONINFO; nil: the block is never sent. R15, 3.1.4.1.2.1 <16>.
	OSVersion *OSVersion
	// SessionInfo: AUX_SERVER_SESSION_INFO is sent. R17, 3.1.4.1.2.1 <17>.
	SessionInfo bool
	// EchoesFlags: EcDoRpcExt2 gives pulFlags back as it came, other versions 0. R19, 3.1.4.2 <18>.
	EchoesFlags bool
	// PackedWriteStream: AUX_SERVER_CAPABILITIES is sent, and requests may carry RopWriteStreamExtended on in further
	// payloads. 2.2.2.2.19, 3.1.4.2.1.2.1: the versions that have the ROP.
	PackedWriteStream bool
	// RequestOver8007 answers cbIn over MaxRequest2007. The specification caps requests here although servers that
	// announce packed uploads must take more: it applies only where AUX_SERVER_CAPABILITIES was not sent. R20,
	// 3.1.4.2 <19>.
	RequestOver8007 Refusal
	// RequestTooLarge answers cbIn over MaxRequest. R21, 3.1.4.2.
	RequestTooLarge Refusal
	// RequestTooSmall answers cbIn under MinBuffer. R22, 3.1.4.2 <20>.
	RequestTooSmall Refusal
	// OutTooSmall answers pcbOut under MinBuffer; where it accepts, the call succeeds and no ROP runs. R23, 3.1.4.2
	// <21>.
	OutTooSmall Refusal
	// OutUnder8007 answers pcbOut under MaxRequest2007. R24, 3.1.4.2.
	OutUnder8007 Refusal
	// ExecuteAuxTooLarge answers cbAuxIn over MaxAux. R25, 3.1.4.2 <22>.
	ExecuteAuxTooLarge Refusal
	// ExecuteAuxTooSmall answers cbAuxIn of 1 to 7. R26, 3.1.4.2 <23>, test settings for 2013.
	ExecuteAuxTooSmall Refusal
	// ExecuteAuxOut: EcDoRpcExt2 fills rgbAuxOut. R27, 3.1.4.2.2.1 <24>.
	ExecuteAuxOut bool
	// AsyncRejectsPolling: EcDoAsyncConnectEx answers ErrRejected to a session that polls or has push
	// notifications. R28, 3.1.4.4 <25>.
	AsyncRejectsPolling bool
	// AsyncTimeout is when EcDoAsyncWaitEx returns without events: five minutes. R30, 3.3.4.1 <36>; N16.
	AsyncTimeout time.Duration
	// AsyncTimeoutFromCall counts AsyncTimeout from the start of the call instead of from the client's last
	// EcDoRpcExt2. R30, 3.3.4.1 <36>; N16.
	AsyncTimeoutFromCall bool
	// AsyncBadHandleCompletes: EcDoAsyncWaitEx on a bad handle completes with NotificationPending; other versions
	// reject the call. R31, 3.3.4.1 <37>.
	AsyncBadHandleCompletes bool
	// ClientPolicies: an administrator may require cached mode, forbid RPC over HTTP and disable MAPI for a mailbox,
	// answered with codes of their own to clients from version 12. R37, 3.1.4.1; the cell of 2003 is inferred.
	ClientPolicies bool
	// PollsMax is pcmsPollsMax, the longest time between polls; RetryCount and RetryDelay are pcRetry and
	// pcmsRetryDelay. 3.1.4.1; the numbers are those of other implementations.
	PollsMax   time.Duration
	RetryCount uint32
	RetryDelay time.Duration
}

// OSVersion is the content of AUX_OSVERSIONINFO, [MS-OXCRPC] 2.2.2.2.16.
type OSVersion struct {
	Major, Minor, Build              uint32
	ServicePackMajor, ServicePackMin uint16
}
