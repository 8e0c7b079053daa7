package rop_test

import (
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

// reservedIDs are the RopIds that fail a whole call, [MS-OXCROPS] 2.2.2. 0x52 is among them in new editions, but old
// clients send it.
var reservedIDs = [][2]int{
	{0x00, 0x00}, {0x28, 0x28}, {0x3C, 0x3D}, {0x62, 0x62}, {0x65, 0x65}, {0x6A, 0x6A}, {0x71, 0x71}, {0x7C, 0x7D}, {0x83, 0x85},
	{0x87, 0x88}, {0x8A, 0x8F}, {0x94, 0x9C}, {0x9E, 0xA2}, {0xA4, 0xF8}, {0xFA, 0xFD},
}

func TestEveryRopIdIsReservedOrHasACodec(t *testing.T) {
	t.Parallel()
	reserved := map[rop.ID]bool{}
	for _, r := range reservedIDs {
		for id := r[0]; id <= r[1]; id++ {
			reserved[rop.ID(id)] = true
		}
	}
	for n := range 256 {
		id := rop.ID(n)
		c := rop.Lookup(id)
		if reserved[id] == (c != nil) {
			t.Errorf("0x%02X: reserved is %v, codec is %v", n, reserved[id], c)
		}
		if c != nil && (c.ID != id || id.String() != c.Name) {
			t.Errorf("0x%02X: looks up %v, is called %v", n, c.Name, id)
		}
	}
	if got := rop.ID(0x28).String(); got != "RopId 0x28" {
		t.Errorf("a reserved RopId is called %q", got)
	}
}

func TestCodecTable(t *testing.T) {
	t.Parallel()
	if !slices.IsSortedFunc(rop.Codecs, func(a, b rop.Codec) int { return int(a.ID) - int(b.ID) }) {
		t.Error("the table is not in id order")
	}
	section := regexp.MustCompile(`^2\.2\.(3|4|5|6|7|8|9|10|11|12|13|14|15)\.\d+$`)
	sections := map[string]string{}
	responseOnly := []rop.ID{rop.Notify, rop.Pending, rop.Backoff, rop.BufferTooSmall}
	for _, c := range rop.Codecs {
		if !section.MatchString(c.Section) {
			t.Errorf("%s: section %q", c.Name, c.Section)
		}
		if other := sections[c.Section]; other != "" {
			t.Errorf("%s and %s have the same section", c.Name, other)
		}
		sections[c.Section] = c.Name
		if (c.NewRequest == nil) != slices.Contains(responseOnly, c.ID) {
			t.Errorf("%s: request is %v", c.Name, c.NewRequest != nil)
		}
		if (c.NewResponse == nil) != (c.ID == rop.Release) {
			t.Errorf("%s: response is %v", c.Name, c.NewResponse != nil)
		}
		for _, m := range messages(c) {
			if m.RopID() != c.ID {
				t.Errorf("%s: %T is of RopId 0x%02X", c.Name, m, uint8(m.RopID()))
			}
			want := "*" + reflect.TypeFor[rop.Codec]().PkgPath()[len("github.com/mapid/mapid/internal/"):] + "." + c.Name[len("Rop"):]
			if got := reflect.TypeOf(m).String(); got != want+"Request" && got != want+"Response" {
				t.Errorf("%s: its messages are %s", c.Name, got)
			}
		}
	}
}

// messages returns a new request and response of a codec, as far as it has them.
func messages(c rop.Codec) (ms []rop.Message) {
	if c.NewRequest != nil {
		ms = append(ms, c.NewRequest())
	}
	if c.NewResponse != nil {
		ms = append(ms, c.NewResponse())
	}
	return ms
}

func newLike(m rop.Message) rop.Message {
	return reflect.New(reflect.TypeOf(m).Elem()).Interface().(rop.Message)
}

func encode(m rop.Message) []byte {
	var w wire.Writer
	m.Encode(&w)
	return w.Bytes()
}

// decoder returns a decoder that knows what is needed to read m back.
func decoder(m rop.Message, b []byte) *rop.Decoder {
	d := rop.NewDecoder(b)
	d.PublicLogon = isPublic
	if f := reflect.ValueOf(m).Elem().FieldByName("Columns"); f.IsValid() {
		d.Columns = f.Interface().([]mapi.PropTag)
		if d.Columns == nil {
			d.Columns = []mapi.PropTag{}
		}
	}
	return d
}

const rounds = 60

func forEachMessage(t *testing.T, test func(t *testing.T, seed uint64, m rop.Message)) {
	for _, c := range rop.Codecs {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(rounds) {
				g := newGenerator(seed)
				for _, m := range messages(c) {
					g.fill(m)
					test(t, seed, m)
				}
			}
		})
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	forEachMessage(t, func(t *testing.T, seed uint64, m rop.Message) {
		b := encode(m)
		if len(b) == 0 || rop.ID(b[0]) != m.RopID() {
			t.Fatalf("seed %d: %T does not start with its RopId: %x", seed, m, b)
		}
		got := newLike(m)
		d := decoder(m, b)
		got.Decode(d)
		if d.Err() != nil || d.Len() != 0 {
			t.Fatalf("seed %d: %T: %v, %d of %d bytes left\n%x", seed, m, d.Err(), d.Len(), len(b), b)
		}
		if diff := cmp.Diff(encode(got), b); diff != "" {
			t.Fatalf("seed %d: %T: encoded again: %s", seed, m, diff)
		}
		if n, ok := m.(*rop.NotifyResponse); ok { // which of its many fields are there the vectors tell
			clearNotification(n, got.(*rop.NotifyResponse))
		}
		if resp, ok := m.(rop.Response); ok && resp.Head() != nil && resp.Head().ReturnValue != 0 {
			clearColumns(m)
			clearColumns(got)
		}
		if diff := cmp.Diff(m, got, equal); diff != "" {
			t.Fatalf("seed %d: %T: %s", seed, m, diff)
		}
	})
}

// clearNotification clears the fields of sent that are zero in got: those that were not sent.
func clearNotification(sent, got *rop.NotifyResponse) {
	s, g := reflect.ValueOf(&sent.NotificationData).Elem(), reflect.ValueOf(&got.NotificationData).Elem()
	for i := range s.NumField() {
		if g.Field(i).IsZero() {
			s.Field(i).SetZero()
		}
	}
}

func clearColumns(m rop.Message) {
	if f := reflect.ValueOf(m).Elem().FieldByName("Columns"); f.IsValid() {
		f.SetZero()
	}
}

// No strict prefix of a message may be one: where a message ends is known from its bytes alone.
func TestNoPrefixDecodes(t *testing.T) {
	t.Parallel()
	forEachMessage(t, func(t *testing.T, seed uint64, m rop.Message) {
		b := encode(m)
		end := len(b)
		if m.RopID() == rop.BufferTooSmall {
			end = 3 // RequestBuffers have no size: they take what is left
		}
		for n := range end {
			d := decoder(m, b[:n:n])
			if newLike(m).Decode(d); d.Err() == nil {
				t.Fatalf("seed %d: %T: %d of %d bytes decode\n%x", seed, m, n, len(b), b)
			}
		}
	})
}

// What was decoded does not change when the buffer that it came from is used again.
func TestDecodedMessagesOwnTheirMemory(t *testing.T) {
	t.Parallel()
	forEachMessage(t, func(t *testing.T, seed uint64, m rop.Message) {
		b := encode(m)
		got := newLike(m)
		got.Decode(decoder(m, b))
		before := encode(got)
		for i := range b {
			b[i] = 0xEE
		}
		if diff := cmp.Diff(before, encode(got)); diff != "" {
			t.Fatalf("seed %d: %T: %s", seed, m, diff)
		}
	})
}

// A list longer than its count can express is cut, so that the message stays readable.
func TestLongListsAreCut(t *testing.T) {
	t.Parallel()
	tags := make([]mapi.PropTag, 70000)
	big := make([]byte, 70000)
	for _, m := range []rop.Message{
		&rop.SetColumnsRequest{PropertyTags: tags},
		&rop.GetPropertiesListResponse{PropertyTags: tags},
		&rop.WriteStreamRequest{Data: big},
		&rop.BackoffResponse{BackoffRops: make([]rop.BackoffRop, 300)},
		&rop.GetAddressTypesResponse{AddressTypes: make([]string, 60000)},
		&rop.ReadRecipientsResponse{RecipientRows: make([]rop.ReadRecipientRow, 300)},
		&rop.OpenMessageResponse{OpenedMessage: rop.OpenedMessage{RecipientRows: make([]rop.OpenRecipientRow, 300)}},
		&rop.SetLocalReplicaMidsetDeletedRequest{LongTermIDRanges: make([]rop.LongTermIDRange, 3000)},
		&rop.SynchronizationImportReadStateChangesRequest{MessageReadStates: []rop.MessageReadState{{MessageID: big[:60000]}, {MessageID: big[:6000]}}},
		&rop.LogonRequest{Essdn: string(make([]byte, 70000))},
	} {
		d := decoder(m, encode(m))
		if newLike(m).Decode(d); d.Err() != nil || d.Len() != 0 {
			t.Errorf("%T: %v, %d bytes left", m, d.Err(), d.Len())
		}
	}
}
