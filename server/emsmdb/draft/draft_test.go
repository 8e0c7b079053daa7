package draft

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// model is a message or attachment as plain values: what a draft must look like from above.
type model struct {
	props       map[mapi.PropTag]string
	recipients  []string
	attachments map[uint32]*model
	embedded    *model
}

func newModel() *model {
	return &model{props: make(map[mapi.PropTag]string), attachments: make(map[uint32]*model)}
}

func (m *model) clone() *model {
	out := &model{props: maps.Clone(m.props), recipients: slices.Clone(m.recipients), attachments: make(map[uint32]*model)}
	for n, a := range m.attachments {
		out.attachments[n] = a.clone()
	}
	if m.embedded != nil {
		out.embedded = m.embedded.clone()
	}
	return out
}

func (m *model) String() string {
	s := ""
	for _, tag := range slices.Sorted(maps.Keys(m.props)) {
		s += fmt.Sprintf("%v=%s ", tag, m.props[tag])
	}
	s += fmt.Sprint(m.recipients)
	for _, n := range slices.Sorted(maps.Keys(m.attachments)) {
		s += fmt.Sprintf(" #%d(%v)", n, m.attachments[n])
	}
	if m.embedded != nil {
		s += fmt.Sprintf(" {%v}", m.embedded)
	}
	return s
}

// seen is a draft as its readers see it.
func seen(t *testing.T, r store.Reader, d *Draft) *model {
	t.Helper()
	out := newModel()
	props, err := d.Props(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range props {
		if _, twice := out.props[p.Tag]; twice {
			t.Errorf("%v is there twice", p.Tag)
		}
		out.props[p.Tag] = p.Value.Str()
		one, err := d.Props(r, p.Tag)
		if err != nil || len(one) != 1 || !one[0].Value.Equal(p.Value) {
			t.Errorf("%v alone is %v, %v", p.Tag, one, err)
		}
	}
	recipients, err := d.RecipientList(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range recipients {
		out.recipients = append(out.recipients, fmt.Sprint(one.RowID))
	}
	attachments, err := d.AttachmentList(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range attachments {
		out.attachments[a.Number] = seen(t, r, a)
	}
	if len(out.attachments) != len(attachments) {
		t.Errorf("%d attachments have %d numbers", len(attachments), len(out.attachments))
	}
	if e := d.Message(); e != nil {
		out.embedded = seen(t, r, e)
	}
	return out
}

var modelTags = []mapi.PropTag{mapi.TagSubject, mapi.TagBody, mapi.TagComment, mapi.TagDisplayName}

// change does something to a draft and to its model. next numbers attachments.
func change(t *testing.T, rnd *rand.Rand, r store.Reader, d *Draft, m *model, next *uint32, depth int) {
	t.Helper()
	switch k := rnd.IntN(10); {
	case k < 3:
		tag, v := modelTags[rnd.IntN(len(modelTags))], fmt.Sprint(rnd.IntN(1000))
		d.Set(Change{Tag: tag, Value: prop.String(v), Client: true})
		m.props[tag] = v
	case k == 3:
		tag := modelTags[rnd.IntN(len(modelTags))]
		d.Set(Change{Tag: tag, Gone: true, Client: true})
		delete(m.props, tag)
	case k == 4:
		d.Recipients, d.RecipientsSet, m.recipients = nil, true, nil
		for i := range rnd.IntN(3) {
			d.Recipients = append(d.Recipients, store.Recipient{RowID: uint32(i)})
			m.recipients = append(m.recipients, fmt.Sprint(i))
		}
	case k == 5 && depth < 3:
		*next++
		d.Keep(&Draft{Number: *next})
		m.attachments[*next] = newModel()
	case k == 6 && len(m.attachments) > 0:
		n := pick(rnd, m.attachments)
		a, err := d.Attachment(r, n)
		if err != nil || a == nil {
			t.Fatalf("attachment %d: %v, %v", n, a, err)
		}
		d.Remove(a)
		delete(m.attachments, n)
	case k >= 7 && len(m.attachments) > 0:
		n := pick(rnd, m.attachments)
		a, err := d.Attachment(r, n)
		if err != nil || a == nil {
			t.Fatalf("attachment %d: %v, %v", n, a, err)
		}
		if again, _ := d.Attachment(r, n); again != a {
			t.Error("two handles of one attachment have two working copies")
		}
		inner := m.attachments[n]
		if depth < 3 && rnd.IntN(2) == 0 {
			if inner.embedded == nil || rnd.IntN(5) == 0 {
				a.Embedded, inner.embedded = new(Draft), newModel()
			}
			change(t, rnd, r, a.Message(), inner.embedded, next, depth+1)
			return
		}
		tag, v := modelTags[rnd.IntN(len(modelTags))], fmt.Sprint(rnd.IntN(1000))
		a.Set(Change{Tag: tag, Value: prop.String(v)})
		inner.props[tag] = v
	}
}

func pick(rnd *rand.Rand, m map[uint32]*model) uint32 {
	keys := slices.Sorted(maps.Keys(m))
	return keys[rnd.IntN(len(keys))]
}

func expect(t *testing.T, what string, got, want *model) {
	t.Helper()
	if got.String() != want.String() {
		t.Fatalf("%s:\n%v, want\n%v", what, got, want)
	}
}

// TestLayers changes drafts in three layers at random: each is seen as its own changes over those below, nothing shows
// below before it is committed, and then all of it does.
func TestLayers(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var next uint32
		layers := []*Draft{new(Draft)}
		models := []*model{newModel()}
		for i := 1; i < 3; i++ {
			layers = append(layers, &Draft{Below: layers[i-1]})
			models = append(models, newModel())
		}
		for range 80 {
			i := len(layers) - 1 // layers below are not touched while one lies over them, as a handle would
			if rnd.IntN(8) == 0 {
				i = rnd.IntN(2) + 1
				for j := len(layers) - 1; j > i; j-- {
					layers[j].Commit()
					models[j-1] = models[j].clone()
				}
				layers[i].Commit()
				models[i-1] = models[i].clone()
				for j := i; j < len(layers); j++ {
					models[j] = models[i-1].clone()
				}
				if layers[i].Dirty() {
					t.Fatalf("seed %d: dirty after a commit", seed)
				}
			} else {
				change(t, rnd, nil, layers[i], models[i], &next, 0)
			}
			for j := range layers {
				expect(t, fmt.Sprintf("seed %d, layer %d", seed, j), seen(t, nil, layers[j]), models[j])
			}
		}
		layers[2].Discard()
		expect(t, fmt.Sprintf("seed %d, after Discard", seed), seen(t, nil, layers[2]), models[1])
	}
}

// TestStagesAreNeverLost: a stage that was given to a draft is always either held by one layer or was handed back, once.
func TestStagesAreNeverLost(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		var last store.StageID
		back := make(map[store.StageID]int)
		give := func(ids ...store.StageID) {
			for _, id := range ids {
				if id != 0 {
					back[id]++
				}
			}
		}
		top := &Draft{Below: new(Draft)}
		var number uint32
		for range 100 {
			target := top
			if n := len(top.Attachments); n > 0 && rnd.IntN(2) == 0 {
				numbers := slices.Sorted(maps.Keys(top.Attachments))
				a, _ := top.Attachment(nil, numbers[rnd.IntN(n)])
				if a != nil {
					target = a
				}
			}
			switch rnd.IntN(8) {
			case 0:
				number++
				top.Keep(&Draft{Number: number})
			case 1:
				if target != top {
					give(top.Remove(target)...)
				}
			case 2:
				give(top.Commit()...)
			case 3:
				if rnd.IntN(4) == 0 {
					give(top.Discard()...)
				}
			default:
				c := Change{Tag: modelTags[rnd.IntN(len(modelTags))], Client: true}
				if rnd.IntN(3) > 0 {
					last++
					c.Stage = last
				}
				give(target.Set(c))
			}
			held := make(map[store.StageID]int)
			top.EachStage(func(id store.StageID) { held[id]++ })
			top.Below.EachStage(func(id store.StageID) { held[id]++ })
			for id := store.StageID(1); id <= last; id++ {
				if held[id]+back[id] != 1 {
					t.Fatalf("seed %d: stage %d is held %d times and was handed back %d times", seed, id, held[id], back[id])
				}
			}
		}
	}
}

// TestServersOwnProperties: the counter of attachments is no property of a message for anybody else, and what the store
// keeps beside the properties is in no edit.
func TestServersOwnProperties(t *testing.T) {
	t.Parallel()
	d := new(Draft)
	d.Set(Change{Tag: AttachmentCounter, Value: prop.Int32(3)})
	d.Set(Change{Tag: mapi.TagMessageFlags, Value: prop.Int32(9)})
	d.Set(Change{Tag: mapi.TagSubject, Value: prop.String("s"), Client: true})
	props, _ := d.Props(nil)
	raw, _ := d.RawProps(nil)
	if len(props) != 2 || len(raw) != 3 {
		t.Errorf("seen %v, raw %v", props, raw)
	}
	if e := d.Edit(); len(e.Set) != 2 || slices.ContainsFunc(e.Set, func(p prop.Tagged) bool { return KeptByServer(p.Tag) }) {
		t.Errorf("edit %v", e.Set)
	}
	if flags, err := d.Flags(nil); flags != 9 || err != nil {
		t.Errorf("flags %d, %v", flags, err)
	}
	if !d.Changed(mapi.TagSubject) || d.Changed(mapi.TagMessageFlags) || d.Removed(mapi.TagSubject) {
		t.Error("what a client changed is not told from what the server did")
	}
	d.Set(Change{Tag: mapi.TagSubject, Gone: true, Client: true})
	if e := d.Edit(); len(e.Remove) != 1 || !d.Removed(mapi.TagSubject) {
		t.Errorf("edit after a removal %v", e)
	}
}
