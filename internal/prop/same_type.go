package prop

import "github.com/mapid/mapid/internal/mapi"

// SameType reports whether a property of type have answers a request for want.
func SameType(have, want mapi.PropType) bool {
	return want == mapi.PtypUnspecified || UnicodeType(have) == UnicodeType(want)
}

// UnicodeType replaces 8-bit string types by the Unicode ones.
func UnicodeType(t mapi.PropType) mapi.PropType {
	switch t {
	case mapi.PtypString8:
		return mapi.PtypString
	case mapi.PtypMultiString8:
		return mapi.PtypMultiString
	}
	return t
}
