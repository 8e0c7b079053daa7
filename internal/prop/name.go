package prop

import "github.com/mapid/mapid/internal/mapi"

// Kinds of property names, [MS-OXCDATA] 2.6.1.
const (
	NameLID    uint8 = 0x00 // by number
	NameString uint8 = 0x01 // by text
	NameNone   uint8 = 0xFF // no name
)

// Name is a property name. Names compare exactly but for the text, which compares without regard to case.
type Name struct {
	Kind uint8
	GUID mapi.GUID
	LID  uint32
	Text string
}
