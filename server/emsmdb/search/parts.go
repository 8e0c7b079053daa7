package search

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// lastMessage is above the id of every message.
const lastMessage = store.MessageID(math.MaxInt64)

// piece is what one look at parts of searches of a mailbox gives.
type piece struct {
	mailbox  store.MailboxID
	until    time.Time // when the turn ends
	verdicts []store.PartVerdict
	again    []anew
	scanned  int // messages
	judged   int // messages times searches
}

// full reports whether the turn is over.
func (p *piece) full() bool {
	return p.scanned >= maxScan || p.judged >= maxVerdicts || p.scanned > 0 && time.Now().After(p.until)
}

// anew is a search that has to start anew. Where that is not possible, its parts are dropped.
type anew struct {
	search  store.SearchDefinition
	dropped []store.PartVerdict
}

// settle starts the search anew.
func (a anew) settle(tx store.Tx) error {
	err := tx.SetSearch(a.search)
	if errors.Is(err, store.ErrNotFound) { // it is deleted, or one of its scopes
		return tx.SettleParts(a.dropped)
	}
	return err
}

// parts scans parts of searches, and reports whether there were any.
func (w *Worker) parts(ctx context.Context, mailbox store.MailboxID) (bool, error) {
	p := piece{mailbox: mailbox, until: time.Now().Add(maxTurn)}
	err := w.opts.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		list, err := r.SearchParts(mailbox, maxParts)
		if err != nil {
			return err
		}
		return w.scan(ctx, r, list, &p)
	})
	if err != nil || len(p.verdicts)+len(p.again) == 0 {
		return false, err
	}
	return true, w.opts.Store.Update(ctx, store.Scope{Mailboxes: []store.MailboxID{p.mailbox}}, func(tx store.Tx) error {
		if err := tx.SettleParts(p.verdicts); err != nil {
			return err
		}
		for _, a := range p.again {
			if err := a.settle(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// scan scans parts until the turn is over. Parts of several searches in the same place are scanned together.
func (w *Worker) scan(ctx context.Context, r store.Reader, list []store.SearchPart, p *piece) error {
	searches := make(map[store.FolderID]*store.Search)
	for len(list) > 0 && !p.full() {
		first := list[0]
		var together, rest []store.SearchPart
		var of []store.Search
		for _, part := range list {
			if part.Folder != first.Folder || part.After != first.After {
				rest = append(rest, part)
				continue
			}
			s, err := searchOf(r, part.Search, searches)
			if err != nil {
				return err
			}
			if prop.CountsMatches(s.Restriction) {
				if len(p.verdicts)+len(together) == 0 { // a piece of its own
					return w.scanWhole(ctx, r, s, p)
				}
				continue // next time
			}
			together, of = append(together, part), append(of, *s)
		}
		if len(together) > 0 {
			if err := w.scanTogether(ctx, r, together, of, p); err != nil {
				return err
			}
		}
		list = rest
	}
	return nil
}

// searchOf reads each search once.
func searchOf(r store.Reader, folder store.FolderID, known map[store.FolderID]*store.Search) (*store.Search, error) {
	if s := known[folder]; s != nil {
		return s, nil
	}
	s, err := r.Search(folder)
	if err != nil {
		return nil, err
	}
	known[folder] = &s
	return &s, nil
}

// scanTogether scans messages of one folder for several searches.
func (w *Worker) scanTogether(ctx context.Context, r store.Reader, parts []store.SearchPart, searches []store.Search, p *piece) error {
	folder, after := parts[0].Folder, parts[0].After
	covering, err := coveringOf(r, folder)
	if err != nil {
		return err
	}
	judge, err := w.judges.of(ctx, p.mailbox, searches)
	if err != nil {
		return err
	}
	verdicts := make([]store.PartVerdict, len(parts))
	for i := range parts {
		verdicts[i] = store.PartVerdict{Part: parts[i], UpTo: after}
	}
	limit, n := max(1, min(maxScan-p.scanned, (maxVerdicts-p.judged)/len(parts))), 0
	err = r.ScanAfter(store.Selection{Folder: folder}, after, limit, judge.Fetch, func(id store.MessageID, values []prop.Value) error {
		n++
		for i := range verdicts {
			verdicts[i].UpTo = id
			if covering[searches[i].Folder] && w.passes(judge, r, folder, id, values, i) {
				verdicts[i].Found = append(verdicts[i].Found, id)
			}
		}
		p.scanned, p.judged = p.scanned+1, p.judged+len(parts)
		if p.full() {
			return errTurn
		}
		return ctx.Err()
	})
	cut := errors.Is(err, errTurn)
	if err != nil && !cut {
		return err
	}
	if n == 0 {
		p.scanned++ // a look at a folder without messages counts too
	}
	for i := range verdicts {
		if n < limit && !cut {
			verdicts[i].Done, verdicts[i].UpTo = true, lastMessage
		}
	}
	p.verdicts = append(p.verdicts, verdicts...)
	return nil
}

// errTurn ends a scan when its turn is over.
var errTurn = errors.New("search: the turn is over")

// scanWhole scans all parts of a search that shows a limited number of messages, in one pass: the lowest folder and
// message ids come first. If such a search was complete, it starts anew.
func (w *Worker) scanWhole(ctx context.Context, r store.Reader, s *store.Search, p *piece) error {
	list, err := r.SearchParts(p.mailbox, math.MaxInt32)
	if err != nil {
		return err
	}
	var verdicts []store.PartVerdict
	for _, part := range list {
		if part.Version == s.Version {
			verdicts = append(verdicts, store.PartVerdict{Part: part, Done: true, UpTo: lastMessage})
		}
	}
	if s.State != store.SearchBuilding {
		p.again = append(p.again, anew{s.SearchDefinition, verdicts})
		return nil
	}
	slices.SortFunc(verdicts, func(a, b store.PartVerdict) int { return int(int64(a.Part.Folder) - int64(b.Part.Folder)) })
	judge, err := w.opts.Judge(ctx, p.mailbox, []prop.Restriction{s.Restriction}) // a pass of its own
	if err != nil {
		return err
	}
	for i := range verdicts {
		v := &verdicts[i]
		covering, err := coveringOf(r, v.Part.Folder)
		if err == nil && covering[s.Folder] {
			err = r.Scan(store.Selection{Folder: v.Part.Folder}, judge.Fetch, func(id store.MessageID, values []prop.Value) error {
				if w.passes(judge, r, v.Part.Folder, id, values, 0) {
					v.Found = append(v.Found, id)
				}
				return ctx.Err()
			})
		}
		if err != nil {
			return err
		}
	}
	p.verdicts = append(p.verdicts, verdicts...)
	return nil
}
