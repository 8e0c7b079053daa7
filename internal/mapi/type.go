// Package mapi holds the constant vocabulary of the Exchange protocols: property types and tags, object
// identifiers, error codes and flags, in the specifications' spelling. It has values only, no behaviour.
package mapi

import "fmt"

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

// PropTag is a property tag: the property id in the high word, the type in the low one.
type PropTag uint32

// Tag joins a property id and a type.
func Tag(id uint16, typ PropType) PropTag { return PropTag(id)<<16 | PropTag(typ) }

// ID returns the property id.
func (t PropTag) ID() uint16 { return uint16(t >> 16) }

// Type returns the property type, multiple-value bits included.
func (t PropTag) Type() PropType { return PropType(t) }

// WithType returns the tag of the same property id with another type.
func (t PropTag) WithType(typ PropType) PropTag { return t&0xFFFF0000 | PropTag(typ) }

// IsNamed reports whether the property id lies in the range of named properties.
func (t PropTag) IsNamed() bool { return t >= 0x80000000 }

// String returns the PidTag name with the hex tag, or the hex tag alone.
func (t PropTag) String() string {
	if n, ok := tagNames[t.ID()]; ok {
		return fmt.Sprintf("%s (0x%08X)", n, uint32(t))
	}
	return fmt.Sprintf("0x%08X", uint32(t))
}

// Name returns the PidTag name of the property without its type, or "" if it is not known.
func (t PropTag) Name() string { return tagNames[t.ID()] }
