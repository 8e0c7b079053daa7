package mapi

// Property tags that code names, [MS-OXPROPS]. Strings stand in their Unicode form.
const (
	TagSubject PropTag = 0x0037001F
)

var tagNames = map[uint16]string{
	0x0037: "PidTagSubject",
}
