package trace

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// fields renders the fields of a message without the indent of all of them.
func fields(bodies bool, message any, skip string) string {
	text := string(newRenderer(bodies).appendFields(nil, message, skip))
	return strings.TrimSuffix(strings.ReplaceAll("\n"+text, "\n    ", "\n")[1:], "\n")
}

func TestRendererShowsFieldsByName(t *testing.T) {
	t.Parallel()
	type head struct{ LogonID uint8 }
	type message struct {
		head
		FolderID      mapi.ID
		OpenModeFlags uint8
		Tags          []mapi.PropTag
		Properties    []prop.Tagged
		Data          []byte
		UserPassword  string
		Code          mapi.ErrorCode
	}
	m := &message{
		head: head{3}, FolderID: mapi.NewID(1, 13), OpenModeFlags: 4, Tags: []mapi.PropTag{mapi.TagSubject},
		Properties: []prop.Tagged{{Tag: mapi.TagSubject, Value: prop.String("a\"b\n")}, {Tag: 0x1000001F, Value: prop.String("secret body")}},
		Data:       []byte("stream"), UserPassword: "hunter2", Code: mapi.ErrNotFound,
	}
	hidden := fields(false, m, "")
	want := strings.Join([]string{
		"LogonID: 3", "FolderID: 0001-00000000000D", "OpenModeFlags: 0x4", "Tags: 1", "  [0]: PidTagSubject (0x0037001F)",
		"Properties: 2", `  [0]: PidTagSubject (0x0037001F) = "a\"b\n"`, "  [1]: 0x1000001F = (11 bytes of text)",
		"Data: (6 bytes)", "UserPassword: (not shown)", "Code: ecNotFound (0x8004010F)",
	}, "\n")
	if got := strings.Replace(hidden, "PidTagBody (0x1000001F)", "0x1000001F", 1); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	shown := fields(true, m, "LogonID")
	if !strings.Contains(shown, "secret body") || !strings.Contains(shown, "73747265616d") || strings.Contains(shown, "LogonID") || strings.Contains(shown, "hunter2") {
		t.Errorf("with bodies:\n%s", shown)
	}
}

func TestRendererValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		tag  mapi.PropTag
		v    prop.Value
		want string
	}{
		{"Missing", 0, prop.Value{}, "(none)"},
		{"Error", 0, prop.Error(mapi.ErrNotFound), "ecNotFound (0x8004010F)"},
		{"Negative", 0, prop.Int32(-1), "-1 (0xFFFFFFFF)"},
		{"FID", 0x67480014, prop.ID(mapi.NewID(1, 255)), "0001-0000000000FF"},
		{"Time", 0, prop.Time(mapi.FileTime(116444736000000000)), "1970-01-01T00:00:00.0000000Z"},
		{"TimeWithFraction", 0, prop.Time(mapi.NewFileTime(time.Date(2026, 11, 9, 8, 7, 6, 1200, time.UTC))), "2026-11-09T08:07:06.0000012Z"},
		{"TimeBefore1970", 0, prop.Time(1), "1601-01-01T00:00:00.0000001Z"},
		{"Never", 0, prop.Time(0x0CB34557A3DD4000), "4501-01-01T00:00:00.0000000Z"},
		{"TimeOfFiveDigits", 0, prop.Time(0x7FFFFFFFFFFFFFFF), mapi.FileTime(0x7FFFFFFFFFFFFFFF).Time().Format("2006-01-02T15:04:05.0000000Z")},
		{"Strings", 0, prop.Multi(mapi.PtypMultiString, []string{"a", "b"}), `{"a", "b"}`},
		{"Binaries", 0, prop.Multi(mapi.PtypMultiBinary, []string{"\x01"}), "{1 bytes 01}"},
		{"LongText", 0, prop.String(strings.Repeat("é", 150)), `"` + strings.Repeat("é", 100) + `"…`},
	} {
		if got := string(newRenderer(true).appendValue(nil, c.tag, c.v)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestRendererNamesTheColumnsOfRows(t *testing.T) {
	t.Parallel()
	type message struct {
		Columns []mapi.PropTag
		Rows    []prop.Row
	}
	got := fields(false, &message{
		[]mapi.PropTag{mapi.TagSubject, 0x67480014},
		[]prop.Row{{Values: []prop.Value{prop.String("Hi"), prop.Error(mapi.ErrNotFound)}}},
	}, "")
	want := strings.Join([]string{
		"Rows: 1", "  [0]: ", `    PidTagSubject (0x0037001F): "Hi"`, "    PidTagFolderId (0x67480014): ecNotFound (0x8004010F)",
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAppendJSONIsReadBack(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "plain", `"\`, "a\x00\n\x1f\x7f", "é\u2028😀", "bad \xff\xc3(", "�", "cut \xe2\x82"} {
		b := appendJSON(nil, s)
		theirs, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var got, want string
		if err := errors.Join(json.Unmarshal(b, &got), json.Unmarshal(theirs, &want)); err != nil || got != want {
			t.Errorf("%q is written %s and read %q, want %q, %v", s, b, got, want, err)
		}
	}
}
