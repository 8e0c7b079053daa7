package mapi

// Property sets, [MS-OXPROPS] 1.3.2.
var (
	PsPublicStrings            = MustGUID("00020329-0000-0000-c000-000000000046")
	PsMapi                     = MustGUID("00020328-0000-0000-c000-000000000046")
	PsInternetHeaders          = MustGUID("00020386-0000-0000-c000-000000000046")
	PsetidAppointment          = MustGUID("00062002-0000-0000-c000-000000000046")
	PsetidTask                 = MustGUID("00062003-0000-0000-c000-000000000046")
	PsetidAddress              = MustGUID("00062004-0000-0000-c000-000000000046")
	PsetidCommon               = MustGUID("00062008-0000-0000-c000-000000000046")
	PsetidLog                  = MustGUID("0006200a-0000-0000-c000-000000000046")
	PsetidNote                 = MustGUID("0006200e-0000-0000-c000-000000000046")
	PsetidSharing              = MustGUID("00062040-0000-0000-c000-000000000046")
	PsetidPostRss              = MustGUID("00062041-0000-0000-c000-000000000046")
	PsetidMeeting              = MustGUID("6ed8da90-450b-101b-98da-00aa003f1305")
	PsetidCalendarAssistant    = MustGUID("11000e07-b51b-40d6-af21-caa85edab1d0")
	PsetidMessaging            = MustGUID("41f28f13-83f4-4114-a584-eedb5a6b0bff")
	PsetidUnifiedMessaging     = MustGUID("4442858e-a9e3-4e80-b900-317a210cc15b")
	PsetidAirSync              = MustGUID("71035549-0739-4dcb-9163-00f0580dbbdf")
	PsetidAttachment           = MustGUID("96357f7f-59e1-47d0-99a7-46515c183b54")
	PsetidXmlExtractedEntities = MustGUID("23239608-685d-4732-9c55-4c95cb4e8e33")
)

// Numbers of named properties that the server itself writes, [MS-OXPROPS] 2, each with its set.
const (
	LidReminderDelta         uint32 = 0x8501 // PsetidCommon
	LidReminderTime          uint32 = 0x8502 // PsetidCommon
	LidReminderSet           uint32 = 0x8503 // PsetidCommon
	LidPrivate               uint32 = 0x8506 // PsetidCommon
	LidSmartNoAttach         uint32 = 0x8514 // PsetidCommon
	LidSideEffects           uint32 = 0x8510 // PsetidCommon
	LidCommonStart           uint32 = 0x8516 // PsetidCommon
	LidCommonEnd             uint32 = 0x8517 // PsetidCommon
	LidReminderSignalTime    uint32 = 0x8560 // PsetidCommon
	LidBusyStatus            uint32 = 0x8205 // PsetidAppointment
	LidLocation              uint32 = 0x8208 // PsetidAppointment
	LidAppointmentStartWhole uint32 = 0x820D // PsetidAppointment
	LidAppointmentEndWhole   uint32 = 0x820E // PsetidAppointment
	LidAppointmentDuration   uint32 = 0x8213 // PsetidAppointment
	LidAppointmentSubType    uint32 = 0x8215 // PsetidAppointment: all day
	LidAppointmentStateFlags uint32 = 0x8217 // PsetidAppointment
	LidResponseStatus        uint32 = 0x8218 // PsetidAppointment
	LidRecurring             uint32 = 0x8223 // PsetidAppointment
	LidTimeZoneDescription   uint32 = 0x8234 // PsetidAppointment
	LidClipStart             uint32 = 0x8235 // PsetidAppointment
	LidClipEnd               uint32 = 0x8236 // PsetidAppointment
	LidGlobalObjectID        uint32 = 0x0003 // PsetidMeeting
	LidCleanGlobalObjectID   uint32 = 0x0023 // PsetidMeeting
	LidTaskStatus            uint32 = 0x8101 // PsetidTask
	LidPercentComplete       uint32 = 0x8102 // PsetidTask
	LidTaskStartDate         uint32 = 0x8104 // PsetidTask
	LidTaskDueDate           uint32 = 0x8105 // PsetidTask
	LidTaskComplete          uint32 = 0x811C // PsetidTask
	LidFileUnder             uint32 = 0x8005 // PsetidAddress
	LidEmail1DisplayName     uint32 = 0x8080 // PsetidAddress
	LidEmail1AddressType     uint32 = 0x8082 // PsetidAddress
	LidEmail1EmailAddress    uint32 = 0x8083 // PsetidAddress
	LidEmail1OriginalDisplay uint32 = 0x8084 // PsetidAddress
	LidEmail1OriginalEntryID uint32 = 0x8085 // PsetidAddress
	NameKeywords                    = "Keywords"
	NameContentClass                = "content-class" // PsInternetHeaders
)
