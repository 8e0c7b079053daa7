// Package search is what search folders are made of besides the store's part: what may be asked of a search and what is
// told of it, [MS-OXCFOLD] 2.2.1.4 and 2.2.1.5, and the worker that finds messages and keeps what it found current. It
// knows no ROP; how messages are judged is handed in.
package search

import (
	"bytes"
	"cmp"
	"errors"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// Criteria are what a search folder is asked to show, [MS-OXCFOLD] 2.2.1.4.1.
type Criteria struct {
	Restriction prop.Restriction // nil keeps the one in force
	Scopes      []store.FolderID // none keeps those in force
	Flags       uint32           // SearchFlags
}

// exclusive are flags of which one may be set, the one that stands for both where a version does not mind first.
var exclusive = [][2]uint32{
	{mapi.SearchStop, mapi.SearchRestart}, {mapi.SearchRecursive, mapi.SearchShallow}, {mapi.SearchForeground, mapi.SearchBackground},
	{mapi.SearchContentIndexed, mapi.SearchNonContentIndexed},
}

// allFlags are the SearchFlags that there are.
const allFlags = mapi.SearchStop | mapi.SearchRestart | mapi.SearchRecursive | mapi.SearchShallow | mapi.SearchForeground | mapi.SearchBackground |
	mapi.SearchContentIndexed | mapi.SearchNonContentIndexed | mapi.SearchStatic

// maxRestriction is the size in bytes up to which a restriction can be told again in a response.
const maxRestriction = 0x7E00

// maxSearches is how many search folders of a mailbox may have criteria: every message is judged by each.
const maxSearches = 1000

// flagsOf checks SearchFlags, or passes over what is wrong with them where a version does that.
func flagsOf(p *profile.Folder, flags uint32) (uint32, error) {
	if p.ChecksSearchFlags && flags&^allFlags != 0 {
		return 0, mapi.ErrInvalidParameter
	}
	for _, pair := range exclusive {
		if flags&pair[0] == 0 || flags&pair[1] == 0 {
			continue
		}
		if p.ChecksSearchFlags {
			return 0, mapi.ErrInvalidParameter
		}
		flags &^= pair[1]
	}
	return flags & allFlags, nil
}

// Set gives a search folder criteria, or stops its search, [MS-OXCFOLD] 3.2.5.4. A search whose criteria are what they
// were goes on as it is: clients repeat themselves while a search is being built, and would never see it finished.
func Set(tx store.Tx, p *profile.Folder, folder store.FolderID, c Criteria) error {
	flags, err := flagsOf(p, c.Flags)
	if err != nil {
		return err
	}
	current, err := tx.Search(folder)
	known := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if !known && (flags&mapi.SearchStop != 0 || c.Restriction == nil || len(c.Scopes) == 0) {
		return mapi.ErrNotInitialized
	}
	if flags&mapi.SearchStop != 0 {
		return tx.StopSearch(folder)
	}
	if len(encoded(c.Restriction)) > maxRestriction {
		return mapi.ErrTooComplex
	}
	d := store.SearchDefinition{
		Folder: folder, Restriction: c.Restriction, Scopes: c.Scopes, Recursive: flags&mapi.SearchRecursive != 0,
		Static: flags&mapi.SearchStatic != 0 || flags&mapi.SearchContentIndexed != 0 && p.IndexedSearchStatic,
		Urgent: flags&mapi.SearchForeground != 0, Flags: flags,
	}
	if d.Restriction == nil {
		d.Restriction = current.Restriction
	}
	if len(d.Scopes) == 0 {
		d.Scopes = current.Scopes
	} else if err := checkScopes(tx, p, folder, d.Scopes); err != nil {
		return err
	}
	if known && goesOn(&current, &d) {
		if current.Flags != d.Flags {
			return tx.TuneSearch(folder, d.Urgent, d.Flags)
		}
		return nil
	}
	if !known {
		f, err := tx.Folder(folder)
		if err != nil {
			return err
		}
		if all, err := tx.Searches(f.Mailbox); err != nil || len(all) >= maxSearches { // once per search folder
			return cmp.Or(err, error(mapi.ErrTooComplex))
		}
	}
	return tx.SetSearch(d)
}

// Copy gives a search folder the criteria of another one of the same mailbox, if that has any and its scopes live.
func Copy(tx store.Tx, from, to store.FolderID) error {
	s, err := tx.Search(from)
	if err == nil {
		s.Folder = to
		err = tx.SetSearch(s.SearchDefinition)
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// checkScopes refuses folders that can't be searched.
func checkScopes(r store.Reader, p *profile.Folder, folder store.FolderID, scopes []store.FolderID) error {
	for _, id := range scopes {
		if id == folder {
			if p.SearchInScope != mapi.Success {
				return p.SearchInScope
			}
			continue // it finds nothing in itself
		}
		f, err := r.Folder(id)
		if err != nil {
			return err
		}
		if f.Type == store.FolderSearch {
			return mapi.ErrSearchFolderScope
		}
	}
	return nil
}

// goesOn reports whether a search does already what a definition says. One that is filled once is filled again when it
// is asked for again.
func goesOn(s *store.Search, d *store.SearchDefinition) bool {
	return s.State != store.SearchStopped && !(s.Static && s.State == store.SearchComplete) && s.Recursive == d.Recursive && s.Static == d.Static &&
		slices.Equal(s.Scopes, d.Scopes) && bytes.Equal(encoded(s.Restriction), encoded(d.Restriction))
}

func encoded(rs prop.Restriction) []byte {
	var w wire.Writer
	prop.ExtendedForm.WriteRestriction(&w, rs)
	return w.Bytes()
}

// State is what RopGetSearchCriteria tells of a search, [MS-OXCFOLD] 2.2.1.5.2. There is no content index: what was
// searched was searched message by message.
func State(s *store.Search) (state uint32) {
	switch s.State {
	case store.SearchBuilding:
		state = mapi.SearchStateRunning | mapi.SearchStateRebuild
	case store.SearchComplete:
		state = mapi.SearchStateComplete | mapi.SearchStateTWIRTotally
	case store.SearchStopped:
		state = mapi.SearchStatePartial
	}
	if s.Recursive {
		state |= mapi.SearchStateRecursive
	}
	if s.Urgent {
		state |= mapi.SearchStateForeground
	}
	switch {
	case !s.Static:
	case s.State == store.SearchBuilding && s.Flags&mapi.SearchStatic == 0: // not asked for, but what comes of an index
		state |= mapi.SearchStateMaybeStatic
	default:
		state |= mapi.SearchStateStatic
	}
	return state
}
