package storetest

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// everyType has a value of every type that can be stored.
var everyType = []prop.Value{
	prop.Null(), prop.Int16(-2), prop.Int32(math.MinInt32), prop.Float32(1.5), prop.Float64(math.Inf(-1)), prop.Currency(-1), prop.FloatingTime(2.25),
	prop.Error(mapi.ErrNotFound), prop.Bool(true), prop.Bool(false), prop.Object(), prop.Int64(math.MinInt64), prop.String8("\xE4\x00"), prop.String("ä\x00🎉"),
	prop.Time(math.MaxUint64), prop.GUID(mapi.GUID{1, 2, 3}), prop.ServerID([]byte{1, 2, 3}), prop.Binary([]byte{0, 255}), prop.Binary(nil),
	prop.Multi(mapi.PtypMultiInteger16, []int16{1, -1}), prop.Multi(mapi.PtypMultiInteger32, []int32{math.MaxInt32}),
	prop.Multi(mapi.PtypMultiInteger64, []int64{math.MinInt64}), prop.Multi(mapi.PtypMultiCurrency, []int64{7}),
	prop.Multi(mapi.PtypMultiFloating32, []float32{0.25}), prop.Multi(mapi.PtypMultiFloating64, []float64{0.125}),
	prop.Multi(mapi.PtypMultiFloatingTime, []float64{1}), prop.Multi(mapi.PtypMultiTime, []mapi.FileTime{math.MaxUint64}),
	prop.Multi(mapi.PtypMultiGuid, []mapi.GUID{{9}}), prop.Multi(mapi.PtypMultiString, []string{"", "ß"}),
	prop.Multi(mapi.PtypMultiString8, []string{"\xFF"}), prop.Multi(mapi.PtypMultiBinary, []string{"\x00", ""}), prop.Multi(mapi.PtypMultiBinary, []string{}),
}

func testProperties(t *testing.T, open Open) {
	t.Run("EveryType", func(t *testing.T) { testPropertiesEveryType(t, open) })
	t.Run("Restriction", func(t *testing.T) { testPropertiesRestriction(t, open) })
	t.Run("Asked", func(t *testing.T) { testPropertiesAsked(t, open) })
	t.Run("Refused", func(t *testing.T) { testPropertiesRefused(t, open) })
	t.Run("Replaced", func(t *testing.T) { testPropertiesReplaced(t, open) })
	t.Run("Streams", func(t *testing.T) { testPropertiesStreams(t, open) })
	t.Run("StreamsRefused", func(t *testing.T) { testPropertiesStreamsRefused(t, open) })
}

func utf16Bytes(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

// testStream stores a value on a message and reads it whole and in parts.
func testStream(t *testing.T, f *fixture, v prop.Value, want []byte) {
	g := *f
	g.T = t
	tag := mapi.Tag(0x6800, v.Type())
	m := g.message(tagged(tag, v))
	g.read(func(r store.Reader) error {
		props, err := r.Props(m.Bag, tag)
		if err != nil || len(props) != 1 {
			t.Fatalf("Props: %v, %v", props, err)
		}
		if apart := len(want) > store.LargeValue; apart != (props[0].Size == int64(len(want)) && props[0].Value.IsZero()) || apart == (props[0].Size == 0) {
			t.Fatalf("a value of %d bytes has size %d and value %v", len(want), props[0].Size, !props[0].Value.IsZero())
		}
		vr, err := r.OpenProp(m.Bag, tag)
		if err != nil {
			return err
		}
		g.same("size", vr.Size(), int64(len(want)))
		got, err := io.ReadAll(io.NewSectionReader(vr, 0, vr.Size()))
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("read %d bytes, equal %v, error %v", len(got), bytes.Equal(got, want), err)
		}
		for _, off := range []int64{0, 1, int64(len(want)) / 2, 65535, 65536, int64(len(want)) - 1, int64(len(want)), int64(len(want)) + 1} {
			if off < 0 {
				continue
			}
			p := make([]byte, 100)
			n, err := vr.ReadAt(p, off)
			rest := want[min(off, int64(len(want))):]
			if n != min(len(rest), len(p)) || !bytes.Equal(p[:n], rest[:n]) || (n < len(p)) != errors.Is(err, io.EOF) {
				t.Fatalf("ReadAt %d: %d bytes, error %v", off, n, err)
			}
		}
		if n, err := vr.ReadAt(make([]byte, 1), -1); n != 0 || err == nil {
			t.Fatalf("ReadAt before the start: %d bytes, error %v", n, err)
		}
		return nil
	})
}

func testPropertiesEveryType(t *testing.T, open Open) {
	f := newFixture(t, open)
	want := map[mapi.PropTag]prop.Value{}
	var set []prop.Tagged
	for i, v := range everyType {
		tag := mapi.Tag(uint16(0x6800+i), v.Type())
		set = append(set, tagged(tag, v))
		want[tag] = v
	}
	f.write(func(tx store.Tx) error { return tx.SetFolderProps(f.inbox, set, nil) })
	var got []store.Property
	f.read(func(r store.Reader) (err error) { got, err = r.Props(f.folder(f.inbox).Bag); return err })
	f.same("properties", values(got), want)
}

func testPropertiesRestriction(t *testing.T, open Open) {
	f := newFixture(t, open)
	exists := prop.RestrictionValue(prop.ExistRestriction{Tag: mapi.TagSubject})
	f.write(func(tx store.Tx) error {
		return tx.SetFolderProps(f.inbox, []prop.Tagged{tagged(mapi.TagRuleCondition, exists)}, nil)
	})
	var got []store.Property
	f.read(func(r store.Reader) (err error) { got, err = r.Props(f.folder(f.inbox).Bag); return err })
	f.same("properties", values(got), map[mapi.PropTag]prop.Value{mapi.TagRuleCondition: exists})
}

func testPropertiesAsked(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.message(subject("s"), tagged(0x68000003, prop.Int32(1)), tagged(0x6801101E, prop.Multi(mapi.PtypMultiString8, []string{"m"})))
	for _, c := range []struct {
		name string
		tags []mapi.PropTag
		want []mapi.PropTag
	}{
		{"Exact", []mapi.PropTag{0x68000003}, []mapi.PropTag{0x68000003}},
		{"OtherStringType", []mapi.PropTag{0x0037001E}, []mapi.PropTag{0x0037001F}},
		{"OtherMultipleStringType", []mapi.PropTag{0x6801101F}, []mapi.PropTag{0x6801101E}},
		{"AnyType", []mapi.PropTag{0x68000000}, []mapi.PropTag{0x68000003}},
		{"WrongType", []mapi.PropTag{0x68000014}, nil},
		{"SingleOfMultiple", []mapi.PropTag{0x6801001F}, nil},
		{"Several", []mapi.PropTag{0x68000003, 0x0037001F, 0x12340003}, []mapi.PropTag{0x68000003, 0x0037001F}},
	} {
		got := map[mapi.PropTag]bool{}
		f.read(func(r store.Reader) error {
			props, err := r.Props(m.Bag, c.tags...)
			for _, p := range props {
				got[p.Tag] = true
			}
			return err
		})
		want := map[mapi.PropTag]bool{}
		for _, tag := range c.want {
			want[tag] = true
		}
		f.same(c.name, got, want)
	}
}

func testPropertiesRefused(t *testing.T, open Open) {
	f := newFixture(t, open)
	for name, p := range map[string]prop.Tagged{
		"NoID": tagged(0x00000003, prop.Int32(1)), "NoValue": tagged(mapi.TagComment, prop.Value{}), "NotUTF8": tagged(mapi.TagComment, prop.String("\xFF")),
	} {
		t.Run(name, func(t *testing.T) {
			f := *f
			f.T = t
			f.refuse(store.ErrDenied, func(tx store.Tx) error { return tx.SetFolderProps(f.inbox, []prop.Tagged{p}, nil) })
		})
	}
}

func testPropertiesReplaced(t *testing.T, open Open) {
	f := newFixture(t, open)
	bag := f.folder(f.inbox).Bag
	for _, v := range []prop.Value{
		prop.String("small"), prop.String(long(100000)), prop.Binary(bytes.Repeat([]byte{7}, 200000)), prop.Binary([]byte("small")), prop.Int32(1),
	} {
		tag := mapi.Tag(0x6800, v.Type())
		f.write(func(tx store.Tx) error { return tx.SetFolderProps(f.inbox, []prop.Tagged{tagged(tag, v)}, nil) })
		var got []store.Property
		f.read(func(r store.Reader) (err error) { got, err = r.Props(bag); return err })
		if len(got) != 1 || got[0].Tag != tag {
			t.Fatalf("after setting %s there are %v", tag, got)
		}
	}
	f.write(func(tx store.Tx) error { return tx.SetFolderProps(f.inbox, nil, []mapi.PropTag{0x6800001F}) }) // whatever its type
	f.read(func(r store.Reader) error {
		got, err := r.Props(bag)
		f.same("after removing", got, []store.Property(nil))
		return err
	})
}

func testPropertiesStreams(t *testing.T, open Open) {
	f := newFixture(t, open)
	for _, c := range []struct {
		name  string
		value prop.Value
		want  []byte
	}{
		{"String", prop.String("aü🎉"), utf16Bytes("aü🎉")},
		{"StringEmpty", prop.String(""), nil},
		{"String8", prop.String8("a\xFC"), []byte("a\xFC")},
		{"Binary", prop.Binary([]byte{0, 1, 2}), []byte{0, 1, 2}},
		{"StringAtTheLimit", prop.String(strings.Repeat("x", store.LargeValue/2)), utf16Bytes(strings.Repeat("x", store.LargeValue/2))},
		{"StringApart", prop.String(long(150000)), utf16Bytes(long(150000))},
		{"BinaryAtTheLimit", prop.BinaryString(long(store.LargeValue)), []byte(long(store.LargeValue))},
		{"BinaryApart", prop.BinaryString(long(store.LargeValue + 1)), []byte(long(store.LargeValue + 1))},
		{"BinaryOfWholeChunks", prop.BinaryString(long(4 * 65536)), []byte(long(4 * 65536))},
		{"String8Apart", prop.String8(long(65537)), []byte(long(65537))},
	} {
		t.Run(c.name, func(t *testing.T) { testStream(t, f, c.value, c.want) })
	}
}

func testPropertiesStreamsRefused(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.message(tagged(0x68000003, prop.Int32(1)))
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.OpenProp(m.Bag, mapi.TagBody); return err })
	f.refuse(store.ErrDenied, func(tx store.Tx) error { _, err := tx.OpenProp(m.Bag, 0x68000003); return err })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.OpenProp(4711, mapi.TagBody); return err })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Props(4711); return err })
}
