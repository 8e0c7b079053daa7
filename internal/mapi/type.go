// Package mapi holds the constant vocabulary of the Exchange protocols: property types and tags, object
// identifiers, error codes and flags, in the specifications' spelling. It has values only, no behaviour.
package mapi

// PropType is a property data type, [MS-OXCDATA] 2.11.1.
type PropType uint16

// Property types, [MS-OXCDATA] 2.11.1.
const (
	PtypUnspecified       PropType = 0x0000
	PtypNull              PropType = 0x0001
	PtypInteger16         PropType = 0x0002
	PtypInteger32         PropType = 0x0003
	PtypFloating32        PropType = 0x0004
	PtypFloating64        PropType = 0x0005
	PtypCurrency          PropType = 0x0006
	PtypFloatingTime      PropType = 0x0007
	PtypErrorCode         PropType = 0x000A
	PtypBoolean           PropType = 0x000B
	PtypObject            PropType = 0x000D
	PtypInteger64         PropType = 0x0014
	PtypString8           PropType = 0x001E
	PtypString            PropType = 0x001F
	PtypTime              PropType = 0x0040
	PtypGuid              PropType = 0x0048
	PtypServerId          PropType = 0x00FB
	PtypRestriction       PropType = 0x00FD
	PtypRuleAction        PropType = 0x00FE
	PtypBinary            PropType = 0x0102
	PtypMultiple          PropType = 0x1000 // bit of the multiple-value types
	PtypMVInstance        PropType = 0x2000 // bit that asks for one row per value, with PtypMultiple
	PtypMultiInteger16    PropType = PtypMultiple | PtypInteger16
	PtypMultiInteger32    PropType = PtypMultiple | PtypInteger32
	PtypMultiFloating32   PropType = PtypMultiple | PtypFloating32
	PtypMultiFloating64   PropType = PtypMultiple | PtypFloating64
	PtypMultiCurrency     PropType = PtypMultiple | PtypCurrency
	PtypMultiFloatingTime PropType = PtypMultiple | PtypFloatingTime
	PtypMultiInteger64    PropType = PtypMultiple | PtypInteger64
	PtypMultiString8      PropType = PtypMultiple | PtypString8
	PtypMultiString       PropType = PtypMultiple | PtypString
	PtypMultiTime         PropType = PtypMultiple | PtypTime
	PtypMultiGuid         PropType = PtypMultiple | PtypGuid
	PtypMultiBinary       PropType = PtypMultiple | PtypBinary
)
