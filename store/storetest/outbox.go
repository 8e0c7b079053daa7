package storetest

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

func testOutbox(t *testing.T, open Open) {
	t.Run("Submitted", func(t *testing.T) { testOutboxSubmitted(t, open) })
	t.Run("Refused", func(t *testing.T) { testOutboxRefused(t, open) })
	t.Run("Due", func(t *testing.T) { testOutboxDue(t, open) })
	t.Run("OwnContent", func(t *testing.T) { testOutboxOwnContent(t, open) })
	t.Run("Withdrawn", func(t *testing.T) { testOutboxWithdrawn(t, open) })
	t.Run("MailboxGone", func(t *testing.T) {
		f := newFixture(t, open)
		f.submit(store.NewSubmission{Message: f.message().ID})
		f.submit(store.NewSubmission{Content: &store.NewMessage{Props: []prop.Tagged{subject("own")}}})
		f.write(func(tx store.Tx) error { return tx.DeleteMailbox(f.mb.ID) })
		f.same("what waits", f.waiting(0), []store.SubmissionID(nil))
		f.check()
	})
}

// submit makes a submission in the mailbox.
func (f *fixture) submit(n store.NewSubmission) (s store.Submission) {
	f.Helper()
	n.Mailbox = f.mb.ID
	f.write(func(tx store.Tx) (err error) { s, err = tx.Submit(n); return err })
	f.check()
	return s
}

// waiting lists the submissions of a mailbox.
func (f *fixture) waiting(id store.MailboxID) (list []store.SubmissionID) {
	f.Helper()
	f.read(func(r store.Reader) (err error) { list, err = r.Submissions(id); return err })
	return list
}

func testOutboxSubmitted(t *testing.T, open Open) {
	f := newFixture(t, open)
	m, other := f.message(), f.message()
	rec := record(t, f.s)
	people := []store.SubmissionRecipient{{RowID: 1, Address: "a@b"}, {RowID: 7, Address: "EX:/o=x", Attempts: 2, Due: 9, Error: "later"}}
	s := f.submit(store.NewSubmission{Message: m.ID, Due: 5, Refusal: "5.7.1", Recipients: []store.SubmissionRecipient{people[1], people[0]}})
	f.same("changes", rec.take(), []store.Change{{Kind: store.Submitted, Mailbox: f.mb.ID, Folder: f.inbox, Message: m.ID}})
	if s.ID == 0 || s.Submitted == 0 {
		t.Fatalf("got %+v", s)
	}
	f.same("submission", s, store.Submission{
		ID: s.ID, Mailbox: f.mb.ID, Message: m.ID, Bag: m.Bag, Submitted: s.Submitted, Due: 5, Refusal: "5.7.1", Recipients: people,
	})
	f.same("the message", f.stored(m.ID), m)
	second := f.submit(store.NewSubmission{Message: other.ID})
	f.same("all", f.waiting(0), []store.SubmissionID{s.ID, second.ID})
	f.same("of the mailbox", f.waiting(f.mb.ID), []store.SubmissionID{s.ID, second.ID})
	f.same("of another", f.waiting(f.mb.ID+1), []store.SubmissionID(nil))
	f.read(func(r store.Reader) error {
		of, err := r.SubmissionOf(m.ID)
		f.same("by message", of, s)
		return err
	})
	people[1].Done, people[1].Error = true, ""
	f.write(func(tx store.Tx) error {
		return tx.ChangeSubmission(s.ID, store.SubmissionEdit{Recipients: people[1:]})
	})
	f.read(func(r store.Reader) error {
		now, err := r.Submission(s.ID)
		f.same("recipients", now.Recipients, people)
		return err
	})
	f.write(func(tx store.Tx) error { return tx.EndSubmission(s.ID) })
	f.same("after the end", f.waiting(0), []store.SubmissionID{second.ID})
	f.same("the message after the end", f.stored(m.ID), m)
	again := f.submit(store.NewSubmission{Message: m.ID})
	if again.ID <= second.ID {
		t.Errorf("id %d after %d", again.ID, second.ID)
	}
}

func testOutboxRefused(t *testing.T, open Open) {
	f := newFixture(t, open)
	mb, root := f.second()
	m, gone := f.message(), f.message()
	f.write(func(tx store.Tx) error { return tx.DeleteMessage(gone.ID, false) })
	f.submit(store.NewSubmission{Message: m.ID})
	var theirs store.Message
	f.update(store.Scope{Mailboxes: []store.MailboxID{mb.ID}}, func(tx store.Tx) (err error) {
		theirs, err = tx.CreateMessage(store.NewMessage{Folder: root})
		return err
	})
	for what, c := range map[string]struct {
		message store.MessageID
		want    error
	}{
		"twice": {m.ID, store.ErrExists}, "missing": {4711, store.ErrNotFound}, "deleted": {gone.ID, store.ErrNotFound}, "of another mailbox": {theirs.ID, store.ErrNotFound},
	} {
		t.Log(what)
		f.refuse(c.want, func(tx store.Tx) error {
			_, err := tx.Submit(store.NewSubmission{Mailbox: f.mb.ID, Message: c.message})
			return err
		})
	}
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.EndSubmission(4711) })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.ChangeSubmission(4711, store.SubmissionEdit{}) })
	f.read(func(r store.Reader) error {
		if _, err := r.SubmissionOf(0); err == nil {
			t.Error("a submission of no message")
		}
		return nil
	})
	if err := f.s.Update(t.Context(), f.scope(), func(tx store.Tx) error {
		_, err := tx.Submit(store.NewSubmission{Mailbox: mb.ID, Message: theirs.ID})
		return err
	}); err == nil {
		t.Error("a submission outside the scope")
	}
	f.check()
}

func testOutboxDue(t *testing.T, open Open) {
	f := newFixture(t, open)
	var ids []store.SubmissionID
	for _, due := range []mapi.FileTime{30, 10, 20, 10} {
		ids = append(ids, f.submit(store.NewSubmission{Message: f.message().ID, Due: due}).ID)
	}
	held := f.submit(store.NewSubmission{Message: f.message().ID, Held: true}).ID
	look := func(by mapi.FileTime, limit int, next mapi.FileTime, want ...store.SubmissionID) {
		t.Helper()
		f.read(func(r store.Reader) error {
			list, err := r.DueSubmissions(by, limit)
			f.same("due", list, want)
			if err != nil {
				return err
			}
			at, ok, err := r.NextDue()
			f.same("next", []any{at, ok}, []any{next, true})
			return err
		})
	}
	look(9, 9, 10)
	look(10, 9, 10, ids[1], ids[3])
	look(99, 3, 10, ids[1], ids[3], ids[2])
	rec := record(t, f.s)
	no, late := false, mapi.FileTime(50)
	f.write(func(tx store.Tx) error {
		if err := tx.ChangeSubmission(ids[1], store.SubmissionEdit{Due: &late}); err != nil {
			return err
		}
		if err := tx.ChangeSubmission(ids[3], store.SubmissionEdit{}); err != nil {
			return err
		}
		return tx.ChangeSubmission(held, store.SubmissionEdit{Held: &no})
	})
	kinds := 0
	for _, c := range rec.take() {
		if c.Kind == store.Submitted {
			kinds++
		}
	}
	f.same("told of", kinds, 2)
	look(99, 9, 0, held, ids[3], ids[2], ids[0], ids[1])
	for _, id := range append(ids, held) {
		f.write(func(tx store.Tx) error { return tx.EndSubmission(id) })
	}
	f.read(func(r store.Reader) error {
		_, ok, err := r.NextDue()
		f.same("anything due", ok, false)
		return err
	})
}

func testOutboxOwnContent(t *testing.T, open Open) {
	f := newFixture(t, open)
	n := full(0, false)
	s := f.submit(store.NewSubmission{Content: &n})
	got := f.tree(s.Bag)
	f.same("content", []any{s.Message, got.Props[mapi.TagSubject].Str(), len(got.Recipients), len(got.Attachments)}, []any{store.MessageID(0), "all", 1, 2})
	f.same("size of the mailbox", f.mailbox(f.mb.ID).Size, int64(0))
	f.write(func(tx store.Tx) error { return tx.EndSubmission(s.ID) })
	f.check()
	f.read(func(r store.Reader) error {
		if _, err := r.Props(s.Bag); err == nil {
			t.Error("the content outlived its submission")
		}
		return nil
	})
}

// testOutboxWithdrawn moves and deletes submitted messages in every way.
func testOutboxWithdrawn(t *testing.T, open Open) {
	f := newFixture(t, open)
	other := f.child(f.root, "other")
	var ids []store.MessageID
	for range 4 {
		ids = append(ids, f.submit(store.NewSubmission{Message: f.message().ID, Recipients: []store.SubmissionRecipient{{Address: "a@b"}}}).Message)
	}
	in := f.create(store.NewMessage{Folder: other.ID})
	f.submit(store.NewSubmission{Message: in.ID, Recipients: []store.SubmissionRecipient{{Address: "a@b"}}})
	f.write(func(tx store.Tx) error {
		if err := tx.DeleteMessage(ids[0], false); err != nil {
			return err
		}
		if err := tx.DeleteMessage(ids[1], true); err != nil {
			return err
		}
		if _, err := tx.MoveMessage(ids[2], f.inbox); err != nil {
			return err
		}
		_, err := tx.CopyMessage(ids[3], f.inbox)
		return err
	})
	f.check()
	f.same("what waits", len(f.waiting(0)), 2)
	f.deleteFolder(other.ID, true)
	f.same("what waits at last", len(f.waiting(0)), 1)
	f.check()
}

func testMail(t *testing.T, open Open) {
	t.Run("Delivered", func(t *testing.T) { testMailDelivered(t, open) })
	t.Run("Edited", func(t *testing.T) { testMailEdited(t, open) })
	t.Run("Refused", func(t *testing.T) { testMailRefused(t, open) })
	t.Run("New", func(t *testing.T) {
		f := newFixture(t, open)
		n := full(0, true)
		var made []store.Message
		f.write(func(tx store.Tx) (err error) {
			made, err = tx.DeliverMail(store.MailSource{New: &n}, store.ContentEdit{Edit: store.Edit{Set: []prop.Tagged{subject("changed")}}}, []store.MailCopy{{Folder: f.inbox, Flags: 2}, {Folder: f.root}})
			return err
		})
		f.check()
		first, second := f.tree(made[0].Bag), f.tree(made[1].Bag)
		f.same("subject", first.Props[mapi.TagSubject].Str(), "changed")
		f.same("both", first, second)
		f.same("flags and counts", []any{made[0].Flags, made[1].Flags, made[0].Associated, made[1].Attachments, made[1].Recipients}, []any{uint32(2), uint32(0), false, 2, 1})
	})
	t.Run("Announced", func(t *testing.T) {
		f := newFixture(t, open)
		m, gone := f.message(), f.message()
		f.write(func(tx store.Tx) error { return tx.DeleteMessage(gone.ID, false) })
		rec := record(t, f.s)
		f.write(func(tx store.Tx) error { return tx.AnnounceMail(m.ID) })
		f.same("changes", rec.take(), []store.Change{{Kind: store.NewMail, Mailbox: f.mb.ID, Folder: f.inbox, Message: m.ID, Number: m.Change}})
		f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.AnnounceMail(gone.ID) })
	})
}

func testMailDelivered(t *testing.T, open Open) {
	f := newFixture(t, open)
	mb, root := f.second()
	source := f.create(full(f.inbox, false))
	f.write(func(tx store.Tx) error {
		_, err := tx.SaveMessage(source.ID, store.MessageEdit{ContentEdit: store.ContentEdit{Edit: store.Edit{Set: []prop.Tagged{tagged(mapi.TagChangeKey, prop.Binary(make([]byte, 22)))}}}})
		return err
	})
	before := f.tree(source.Bag)
	rec := record(t, f.s)
	var made []store.Message
	f.update(store.Scope{Mailboxes: []store.MailboxID{f.mb.ID, mb.ID}}, func(tx store.Tx) (err error) {
		made, err = tx.DeliverMail(store.MailSource{Bag: source.Bag}, store.ContentEdit{}, []store.MailCopy{
			{Folder: root, Flags: 2, Set: []prop.Tagged{tagged(mapi.TagReceivedByName, prop.String("bob"))}}, {Folder: f.inbox, Flags: 3},
		})
		return err
	})
	f.check()
	changes := rec.take()
	f.same("changes", changes, []store.Change{
		{Kind: store.MessageCreated, Mailbox: mb.ID, Folder: root, Message: made[0].ID, Number: made[0].Change},
		{Kind: store.NewMail, Mailbox: mb.ID, Folder: root, Message: made[0].ID, Number: made[0].Change},
		{Kind: store.MessageCreated, Mailbox: f.mb.ID, Folder: f.inbox, Message: made[1].ID, Number: made[1].Change},
		{Kind: store.NewMail, Mailbox: f.mb.ID, Folder: f.inbox, Message: made[1].ID, Number: made[1].Change},
		{Kind: store.FolderModified, Mailbox: mb.ID, Folder: root}, {Kind: store.FolderModified, Mailbox: f.mb.ID, Folder: f.inbox},
	})
	for i, m := range made {
		f.same("stored", f.stored(m.ID), m)
		f.same("flags and counts", []any{m.Flags, m.Attachments, m.Recipients}, []any{uint32(2 + i), 2, 1})
		got := f.tree(m.Bag)
		for _, tag := range []mapi.PropTag{mapi.TagSubject, mapi.TagBody, mapi.TagSearchKey} {
			f.same("property", got.Props[tag], before.Props[tag])
		}
		f.same("recipients", got.Recipients, before.Recipients)
		f.same("attachments", got.Attachments, before.Attachments)
		f.same("received by", got.Props[mapi.TagReceivedByName].Str(), map[int]string{0: "bob"}[i])
		if _, ok := got.Props[mapi.TagChangeKey]; ok || m.Created == 11 {
			t.Errorf("copy %d is a version of the source, created %d", i, m.Created)
		}
	}
	f.write(func(tx store.Tx) error { return tx.DeleteMessage(source.ID, true) })
	f.check()
	f.same("the file, without the source", f.tree(made[1].Bag).Attachments, before.Attachments)
}

func testMailEdited(t *testing.T, open Open) {
	f := newFixture(t, open)
	source := f.create(full(f.inbox, false))
	before := f.tree(source.Bag)
	edit := store.ContentEdit{
		Edit:          store.Edit{Set: []prop.Tagged{subject("changed"), tagged(mapi.TagHtml, prop.BinaryString(long(80_000)))}, Remove: []mapi.PropTag{mapi.TagSearchKey}},
		SetRecipients: true, Recipients: []store.Recipient{{RowID: 3, Type: 1}, {RowID: 4, Type: 1}},
	}
	var made []store.Message
	f.write(func(tx store.Tx) (err error) {
		made, err = tx.DeliverMail(store.MailSource{Bag: source.Bag}, edit, []store.MailCopy{
			{Folder: f.inbox}, {Folder: f.inbox, Set: []prop.Tagged{subject("own"), tagged(mapi.TagBody, prop.String("short"))}}, {Folder: f.inbox},
		})
		return err
	})
	f.check()
	for i, want := range []string{"changed", "own", "changed"} {
		got := f.tree(made[i].Bag)
		_, keyed := got.Props[mapi.TagSearchKey]
		f.same("copy", []any{got.Props[mapi.TagSubject].Str(), keyed, made[i].Recipients, len(got.Recipients), len(got.Props[mapi.TagHtml].Str())},
			[]any{want, false, 2, 2, 80_000})
	}
	f.same("a body of its own", f.tree(made[1].Bag).Props[mapi.TagBody].Str(), "short")
	f.same("the others' body", f.tree(made[2].Bag).Props[mapi.TagBody], before.Props[mapi.TagBody])
	f.same("the source", f.tree(source.Bag), before)
}

func testMailRefused(t *testing.T, open Open) {
	f := newFixture(t, open)
	mb, root := f.second()
	source := f.message()
	deliver := func(bag store.BagID, to ...store.FolderID) func(tx store.Tx) error {
		return func(tx store.Tx) error {
			var copies []store.MailCopy
			for _, id := range to {
				copies = append(copies, store.MailCopy{Folder: id})
			}
			_, err := tx.DeliverMail(store.MailSource{Bag: bag}, store.ContentEdit{}, copies)
			return err
		}
	}
	f.refuse(store.ErrNotFound, deliver(4711, f.inbox))
	f.refuse(store.ErrNotFound, deliver(source.Bag, f.inbox, 4711))
	gone := f.child(f.root, "gone")
	f.deleteFolder(gone.ID, false)
	f.refuse(store.ErrNotFound, deliver(source.Bag, f.inbox, gone.ID))
	if err := f.s.Update(t.Context(), f.scope(), deliver(source.Bag, f.inbox, root)); err == nil {
		t.Error("mail outside the scope")
	}
	f.same("what came", []int64{f.folder(f.inbox).ContentCount, f.mailbox(mb.ID).Size}, []int64{1, 0})
	f.check()
}
