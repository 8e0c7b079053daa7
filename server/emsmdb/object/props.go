package object

import (
	"context"
	"slices"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Bag is an object with properties.
type Bag interface {
	Object
	// Get returns one value per tag, an error value where there is none. A tag without a type gets whatever type the
	// property has. Strings come as PtypString whichever string type was asked for; see Typed.
	Get(ctx context.Context, tags []mapi.PropTag) ([]prop.Value, error)
	// List returns the tags of all properties, ascending.
	List(ctx context.Context) ([]mapi.PropTag, error)
	// CodePage is the code page of the object's 8-bit strings.
	CodePage() uint32
	// Logon is the logon the object belongs to.
	Logon() *Logon
}

// computed gives the properties that an object computes instead of storing them. The zero Value is none.
type computed func(tag mapi.PropTag) prop.Value

// notFound stands for a property that is not there.
var notFound = prop.Error(mapi.ErrNotFound)

// isNotFound reports whether v stands for a property that is not there.
func isNotFound(v prop.Value) bool {
	return v.Type() == mapi.PtypErrorCode && v.ErrorCode() == mapi.ErrNotFound
}

// tooLarge stands for a property that a client must open as a stream, [MS-OXCPRPT] 2.2.2.2.
var tooLarge = prop.Error(mapi.ErrMemory)

// pick answers tags from computed properties and from stored ones. stored is asked once for all that is left.
func pick(tags []mapi.PropTag, first computed, stored func([]mapi.PropTag) ([]store.Property, error)) ([]prop.Value, error) {
	values := make([]prop.Value, len(tags))
	var rest []mapi.PropTag
	for i, tag := range tags {
		if values[i] = matching(first(tag), tag); values[i].IsZero() {
			rest = append(rest, tag)
		}
	}
	if len(rest) == 0 {
		return values, nil
	}
	props, err := stored(rest)
	if err != nil {
		return nil, err
	}
	for i, tag := range tags {
		if values[i].IsZero() {
			values[i] = find(props, tag)
		}
	}
	return values, nil
}

// find returns the stored value of a tag.
func find(props []store.Property, tag mapi.PropTag) prop.Value {
	for i := range props {
		if props[i].Tag.ID() != tag.ID() {
			continue
		}
		if props[i].Size > 0 && props[i].Value.IsZero() {
			if prop.SameType(props[i].Tag.Type(), tag.Type()) {
				return tooLarge
			}
			continue
		}
		if v := matching(props[i].Value, tag); !v.IsZero() {
			return v
		}
	}
	return notFound
}

// matching returns v if it may stand under tag, else the zero Value.
func matching(v prop.Value, tag mapi.PropTag) prop.Value {
	if v.IsZero() || v.Type() == mapi.PtypErrorCode || prop.SameType(v.Type(), prop.ColumnType(tag)) {
		return v
	}
	return prop.Value{}
}

// Typed turns a value as Get returns it into the type a client asked for: strings into bytes of its code page where
// it wants PtypString8, or has no type in its tag and does not want Unicode.
func Typed(v prop.Value, want mapi.PropType, unicode bool, page uint32) prop.Value {
	eight := want == mapi.PtypString8 || want == mapi.PtypMultiString8 || want == mapi.PtypUnspecified && !unicode
	switch v.Type() {
	case mapi.PtypString:
		if eight {
			return prop.String8(codepage.Encode(page, v.Str()))
		}
	case mapi.PtypMultiString:
		if eight {
			in := prop.Elements[string](v)
			out := make([]string, len(in))
			for i, s := range in {
				out[i] = codepage.Encode(page, s)
			}
			return prop.Multi(mapi.PtypMultiString8, out)
		}
	case mapi.PtypString8:
		if !eight {
			return prop.String(codepage.Decode(page, v.Str()))
		}
	case mapi.PtypMultiString8:
		if !eight {
			in := prop.Elements[string](v)
			out := make([]string, len(in))
			for i, s := range in {
				out[i] = codepage.Decode(page, s)
			}
			return prop.Multi(mapi.PtypMultiString, out)
		}
	}
	return v
}

// All returns every property of an object, ascending by tag. Values too large for a row are errors.
func All(ctx context.Context, b Bag) ([]prop.Tagged, error) {
	tags, err := b.List(ctx)
	if err != nil {
		return nil, err
	}
	values, err := b.Get(ctx, tags)
	if err != nil {
		return nil, err
	}
	out := make([]prop.Tagged, 0, len(tags))
	for i, tag := range tags {
		if v := values[i]; !isNotFound(v) {
			out = append(out, prop.Tagged{Tag: tag, Value: v})
		}
	}
	return out, nil
}

// listed joins the tags of stored properties and of those computed properties that have a value.
func listed(props []store.Property, first computed, tags []mapi.PropTag) []mapi.PropTag {
	out := make([]mapi.PropTag, 0, len(props)+len(tags))
	for i := range props {
		out = append(out, props[i].Tag)
	}
	for _, tag := range tags {
		if v := first(tag); !v.IsZero() && v.Type() != mapi.PtypErrorCode {
			out = append(out, tag)
		}
	}
	slices.Sort(out)
	return slices.CompactFunc(out, func(a, b mapi.PropTag) bool {
		return a.ID() == b.ID() && prop.UnicodeType(a.Type()) == prop.UnicodeType(b.Type())
	})
}

// valueOf is find that gives the zero Value where there is none, or only a large one.
func valueOf(props []store.Property, tag mapi.PropTag) prop.Value {
	if v := find(props, tag); v.Type() != mapi.PtypErrorCode {
		return v
	}
	return prop.Value{}
}
