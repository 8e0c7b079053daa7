package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// model is what a store should hold, in maps.
type model struct {
	mailbox  store.MailboxID
	root     store.FolderID
	folders  map[store.FolderID]*modelFolder
	messages map[store.MessageID]*modelMessage
	stages   map[store.StageID][]byte
	names    []prop.Name
	receive  map[string]store.FolderID
}

type modelFolder struct {
	parent store.FolderID
	name   string
	class  string
	gone   goneness
	props  map[uint16]prop.Tagged

	search   bool // a search folder
	searches bool // with a search
}

// goneness is why a folder is soft-deleted.
type goneness int

const (
	living goneness = iota
	deletedItself
	deletedAlong
)

type modelMessage struct {
	store.Message
	modelContent
}

// modelContent is what hangs on a bag. It is not changed, but replaced.
type modelContent struct {
	props       map[uint16]prop.Tagged
	recipients  []store.Recipient
	attachments map[uint32]modelAttachment
}

type modelAttachment struct {
	method   uint32
	props    map[uint16]prop.Tagged
	embedded *modelContent
}

// modelTags are the properties that random messages have and random scans ask for: with and without a column, of one
// type or another.
var modelTags = []mapi.PropTag{
	mapi.TagSubject, mapi.TagSubject.WithType(mapi.PtypString8), mapi.TagSubjectPrefix, mapi.TagNormalizedSubject, mapi.TagMessageClass,
	mapi.TagImportance, mapi.TagIconIndex, mapi.TagClientSubmitTime, mapi.TagSentRepresentingName, mapi.TagMessageDeliveryTime,
	mapi.TagCreationTime, mapi.TagBody, mapi.TagHtml, mapi.TagComment, 0x8001101F, 0x80020102, 0x8003000B,
}

// fieldTags are answered from the fields of messages.
var fieldTags = []mapi.PropTag{
	mapi.TagMid, mapi.TagFolderId, mapi.TagChangeNumber, mapi.TagMessageFlags, mapi.TagMessageStatus, mapi.TagMessageSize,
	mapi.TagMessageSizeExtended, mapi.TagHasAttachments, mapi.TagAssociated, mapi.TagLastModificationTime,
}

var modelNames = []string{"a", "A", "b", "Straße", "STRASSE", "c/d", "x y"}

func drawText(t *rapid.T) string {
	switch rapid.IntRange(0, 9).Draw(t, "length") {
	case 0:
		return ""
	case 1:
		return long(rapid.SampledFrom([]int{2047, 2048, 2049, 5000, 16384, 16385, 33000, 70000, 140000}).Draw(t, "bytes"))
	}
	return rapid.SampledFrom([]string{"RE: ", "RE: x", "x", "ß", "z🎉", "\x00"}).Draw(t, "text")
}

func drawValue(t *rapid.T, tag mapi.PropTag) prop.Value {
	switch tag.Type() {
	case mapi.PtypString:
		return prop.String(drawText(t))
	case mapi.PtypString8:
		return prop.String8(drawText(t))
	case mapi.PtypBinary:
		return prop.BinaryString(drawText(t))
	case mapi.PtypMultiString:
		return prop.Multi(mapi.PtypMultiString, rapid.SliceOfN(rapid.SampledFrom(modelNames), 0, 3).Draw(t, "texts"))
	case mapi.PtypTime:
		return prop.Time(mapi.FileTime(rapid.Uint64Range(1, 1<<62).Draw(t, "time")))
	case mapi.PtypBoolean:
		return prop.Bool(rapid.Bool().Draw(t, "bool"))
	}
	return prop.Int32(rapid.Int32().Draw(t, "number"))
}

func drawProps(t *rapid.T) []prop.Tagged {
	var list []prop.Tagged
	seen := map[uint16]bool{}
	for _, tag := range rapid.SliceOfN(rapid.SampledFrom(modelTags), 0, 8).Draw(t, "tags") {
		if !seen[tag.ID()] {
			seen[tag.ID()] = true
			list = append(list, prop.Tagged{Tag: tag, Value: drawValue(t, tag)})
		}
	}
	return list
}

func byID(props []prop.Tagged) map[uint16]prop.Tagged {
	m := make(map[uint16]prop.Tagged, len(props))
	for _, p := range props {
		m[p.Tag.ID()] = p
	}
	return m
}

func clone(props map[uint16]prop.Tagged) map[uint16]prop.Tagged {
	m := make(map[uint16]prop.Tagged, len(props))
	maps.Copy(m, props)
	return m
}

// testModel does random things to the store and to a model, some of them undone, and compares all of it.
func testModel(t *testing.T, open Open) {
	s := open(t)
	rapid.Check(t, func(rt *rapid.T) {
		if err := s.Reset(t.Context()); err != nil {
			rt.Fatal(err)
		}
		r := &modelRun{t: t, s: s}
		r.begin(rt)
		rt.Repeat(map[string]func(*rapid.T){
			"CreateFolder": r.createFolder, "SetFolderProps": r.setFolderProps, "DeleteFolder": r.deleteFolder, "MoveFolder": r.moveFolder,
			"SetFolderStaged": r.setFolderStaged,
			"CreateMessage":   r.createMessage, "SaveMessage": r.saveMessage, "SetMessageFlags": r.setFlags, "SetMessageStatus": r.setStatus,
			"DeleteMessage": r.deleteMessage, "MoveMessage": r.moveMessage, "CopyMessage": r.copyMessage,
			"NewStage": r.newStage, "WriteStage": r.writeStage, "ResizeStage": r.resizeStage, "StageCopy": r.copyStage, "StageProp": r.stageProp,
			"SetSearch": r.setSearch, "StopSearch": r.stopSearch, "Search": r.search, "SearchAll": r.searchAll,
			"DropStage": r.dropStage, "RegisterNames": r.registerNames, "SetReceiveFolder": r.setReceiveFolder, "Compare": r.compare,
		})
		r.searchAll(rt)
		r.compare(rt)
		if err := s.Check(t.Context()); err != nil {
			rt.Fatal(err)
		}
	})
}

// modelRun is one run of random operations.
type modelRun struct {
	t *testing.T
	s store.Store
	model
}

func (r *modelRun) begin(rt *rapid.T) {
	r.model = model{
		folders: map[store.FolderID]*modelFolder{}, messages: map[store.MessageID]*modelMessage{}, stages: map[store.StageID][]byte{},
		receive: map[string]store.FolderID{},
	}
	err := r.s.Update(r.t.Context(), store.Scope{}, func(tx store.Tx) error {
		mb, err := tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{1}, Account: "alice"})
		r.mailbox = mb.ID
		r.root = mb.Special[store.SpecialRoot]
		r.folders[r.root] = &modelFolder{parent: r.root, props: map[uint16]prop.Tagged{}}
		if err == nil {
			err = r.makeSearches(tx)
		}
		return err
	})
	if err != nil {
		rt.Fatal(err)
	}
}

// do runs an operation and, if it is kept, changes the model. Otherwise the transaction fails at the end or panics.
func (r *modelRun) do(rt *rapid.T, op func(store.Tx) error, then func()) {
	fate := rapid.SampledFrom([]string{"kept", "kept", "kept", "failed", "panicked"}).Draw(rt, "fate")
	var err error
	func() {
		defer func() {
			if p := recover(); p != nil && p != any(errStop) {
				panic(p)
			}
		}()
		err = r.s.Update(r.t.Context(), store.Scope{Mailboxes: []store.MailboxID{r.mailbox}}, func(tx store.Tx) error {
			if err := op(tx); err != nil {
				return err
			}
			switch fate {
			case "failed":
				return errStop
			case "panicked":
				panic(errStop)
			}
			return nil
		})
	}()
	if err != nil && !errors.Is(err, errStop) {
		rt.Fatal(err)
	}
	if err == nil && fate == "kept" {
		then()
	}
}

// expect ends an operation: with the error that it should have, or else with none.
func expect(what string, err, want error) error {
	switch {
	case want == nil:
		return err
	case errors.Is(err, want):
		return errStop
	}
	return fmt.Errorf("%s: error %v, want %w", what, err, want)
}

func (r *modelRun) registerNames(rt *rapid.T) {
	n := prop.Name{Kind: prop.NameLID, GUID: mapi.PsetidCommon, LID: rapid.Uint32Range(0, 5).Draw(rt, "lid")}
	r.do(rt, func(tx store.Tx) error {
		ids, err := tx.RegisterNames(r.mailbox, []prop.Name{n})
		want := slices.Index(r.names, n)
		if want < 0 {
			want = len(r.names)
		}
		if err == nil && ids[0] != 0x8001+uint16(want) {
			return fmt.Errorf("name %v has id 0x%04X, want 0x%04X", n, ids[0], 0x8001+want)
		}
		return err
	}, func() {
		if !slices.Contains(r.names, n) {
			r.names = append(r.names, n)
		}
	})
}

func (r *modelRun) setReceiveFolder(rt *rapid.T) {
	class, folder := rapid.SampledFrom([]string{"", "ipm", "report.ipm"}).Draw(rt, "class"), r.drawFolder(rt)
	r.do(rt, func(tx store.Tx) error {
		return expect("SetReceiveFolder", tx.SetReceiveFolder(r.mailbox, class, folder), r.missing(folder))
	}, func() { r.receive[class] = folder })
}
