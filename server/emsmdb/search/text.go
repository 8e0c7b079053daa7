package search

import (
	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// Text turns text in a restriction, and the tags that name it, into Unicode, or into bytes of a code page.
func Text(rs prop.Restriction, unicode bool, page uint32) prop.Restriction {
	from, to, convert := [2]mapi.PropType{mapi.PtypString, mapi.PtypMultiString}, [2]mapi.PropType{mapi.PtypString8, mapi.PtypMultiString8}, codepage.Encode
	if unicode {
		from, to, convert = to, from, codepage.Decode
	}
	return prop.ConvertRestriction(rs, func(t prop.Tagged) prop.Tagged {
		for i := range from {
			if instance := t.Tag.Type() & mapi.PtypMVInstance; t.Tag.Type()&^mapi.PtypMVInstance == from[i] {
				t.Tag = t.Tag.WithType(to[i] | instance)
			}
		}
		switch t.Value.Type() {
		case mapi.PtypString:
			if !unicode {
				t.Value = prop.String8(convert(page, t.Value.Str()))
			}
		case mapi.PtypString8:
			if unicode {
				t.Value = prop.String(convert(page, t.Value.Str()))
			}
		case from[1]:
			list := prop.Elements[string](t.Value)
			out := make([]string, len(list))
			for i, s := range list {
				out[i] = convert(page, s)
			}
			t.Value = prop.Multi(to[1], out)
		}
		return t
	})
}
