package exec_test

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

// folderNames are few, so that they meet.
var folderNames = rapid.SampledFrom([]string{"a", "A", "b", "Größe", "GRÖSSE", "x/y"})

// folderActions are what programs do with folders.
var folderActions = map[string]func(*program){
	"CreateFolder": func(p *program) {
		f, id := p.folder(false)
		name, open := folderNames.Draw(p.t, "name"), rapid.Bool().Draw(p.t, "open existing")
		p.open(id, atFolder)
		req := newFolderRequest(atFolder, atOther, name)
		req.OpenExisting = open
		got := do[*rop.CreateFolderResponse](p, req).ReturnValue
		switch exists := f.child(name) != nil; {
		case exists && !open:
			p.want(got, mapi.ErrDuplicateName)
		case exists:
			p.want(got, mapi.Success)
		default:
			p.want(got, mapi.Success)
			f.children = append(f.children, &folderModel{name: name})
		}
	},
	"SetFolderProperties": func(p *program) {
		f, id := p.folder(false)
		comment, custom := rapid.SampledFrom(texts).Draw(p.t, "comment"), rapid.SampledFrom(texts).Draw(p.t, "custom")
		p.open(id, atFolder)
		p.set(atFolder, prop.Tagged{Tag: mapi.TagComment, Value: prop.String(comment)}, prop.Tagged{Tag: tagFolderCustom, Value: prop.BinaryString(custom)})
		f.comment, f.custom = comment, custom
	},
	"DeleteFolderProperties": func(p *program) {
		f, id := p.folder(false)
		p.open(id, atFolder)
		must[*rop.DeletePropertiesResponse](p, &rop.DeletePropertiesRequest{In: in(atFolder), PropertyTags: []mapi.PropTag{tagFolderCustom}})
		f.custom = ""
	},
	"StreamFolderProperty": func(p *program) {
		f, id := p.folder(false)
		value := longText(p.t)
		p.open(id, atFolder)
		p.stream(atFolder, tagFolderCustom, []byte(value))
		f.custom = value
	},
	"RenameFolder": func(p *program) {
		f, id := p.folder(true)
		if f == nil {
			return
		}
		name := folderNames.Draw(p.t, "name")
		p.open(id, atFolder)
		r := must[*rop.SetPropertiesResponse](p, &rop.SetPropertiesRequest{In: in(atFolder), PropertyValues: []prop.Tagged{{Tag: mapi.TagDisplayName, Value: prop.String(name)}}})
		if other := p.root.parentOf(f).child(name); other != nil && other != f {
			if len(r.PropertyProblems) != 1 {
				p.t.Fatalf("a second %q: %v", name, r.PropertyProblems)
			}
			return
		}
		if len(r.PropertyProblems) != 0 {
			p.t.Fatalf("renamed to %q: %v", name, r.PropertyProblems)
		}
		f.name = name
	},
	"MoveFolder":        func(p *program) { p.transfer(false, true) },
	"CopyFolder":        func(p *program) { p.transfer(true, false) },
	"CopyFolderAndMore": func(p *program) { p.transfer(true, true) },
	"DeleteFolder": func(p *program) {
		f, id := p.folder(true)
		if f == nil {
			return
		}
		flags := rapid.SampledFrom([]uint8{
			0, mapi.DelMessages, mapi.DelFolders, mapi.DelMessages | mapi.DelFolders,
			mapi.DelMessages | mapi.DelFolders | mapi.DeleteHardDelete,
		}).Draw(p.t, "flags")
		parent := p.root.parentOf(f)
		p.open(p.find(parent), atFolder)
		r := do[*rop.DeleteFolderResponse](p, &rop.DeleteFolderRequest{In: in(atFolder), FolderID: id, DeleteFolderFlags: flags})
		p.want(r.ReturnValue, mapi.Success)
		left := len(f.messages)+len(f.associated) > 0 && flags&mapi.DelMessages == 0 || len(f.children) > 0 && flags&mapi.DelFolders == 0
		if r.PartialCompletion != left {
			p.t.Fatalf("partial = %v of %d messages, %d folders, flags %#x", r.PartialCompletion, len(f.messages), len(f.children), flags)
		}
		if !left {
			parent.children = slices.DeleteFunc(parent.children, func(c *folderModel) bool { return c == f })
		}
	},
	"EmptyFolder": func(p *program) {
		f, id := p.folder(false)
		associated := rapid.Bool().Draw(p.t, "associated too")
		p.open(id, atFolder)
		must[*rop.EmptyFolderResponse](p, &rop.EmptyFolderRequest{In: in(atFolder), WantDeleteAssociated: associated})
		f.messages, f.children = nil, nil
		if associated {
			f.associated = nil
		}
	},
}

// want compares codes.
func (p *program) want(got, want mapi.ErrorCode) {
	if got != want {
		p.t.Fatalf("%v, want %v", got, want)
	}
}

// set sets properties, none of which is a problem.
func (p *program) set(index uint8, props ...prop.Tagged) {
	r := must[*rop.SetPropertiesResponse](p, &rop.SetPropertiesRequest{In: in(index), PropertyValues: props})
	if len(r.PropertyProblems) > 0 {
		p.t.Fatalf("problems %v", r.PropertyProblems)
	}
}

// transfer moves or copies a folder.
func (p *program) transfer(isCopy, deep bool) {
	f, id := p.folder(true)
	if f == nil {
		return
	}
	to := rapid.SampledFrom(p.root.all()).Draw(p.t, "to")
	name := folderNames.Draw(p.t, "name")
	from := p.root.parentOf(f)
	source, target := p.find(from), p.find(to)
	p.open(source, atFolder)
	p.open(target, atOther)
	var got mapi.ErrorCode
	if isCopy {
		got = do[*rop.CopyFolderResponse](p, &rop.CopyFolderRequest{
			SrcDst: rop.SrcDst{SourceHandleIndex: atFolder, DestHandleIndex: atOther}, WantRecursive: deep, UseUnicode: true, FolderID: id, NewFolderName: name,
		}).ReturnValue
	} else {
		got = do[*rop.MoveFolderResponse](p, &rop.MoveFolderRequest{
			SrcDst: rop.SrcDst{SourceHandleIndex: atFolder, DestHandleIndex: atOther}, UseUnicode: true, FolderID: id, NewFolderName: name,
		}).ReturnValue
	}
	other := to.child(name)
	switch {
	case slices.Contains(f.all(), to): // into itself
		if got == mapi.Success {
			p.t.Fatalf("%q went into itself", f.name)
		}
	case other != nil && (isCopy || other != f):
		p.want(got, mapi.ErrDuplicateName)
	case isCopy:
		p.want(got, mapi.Success)
		c := f.clone(deep)
		c.name = name
		to.children = append(to.children, c)
	default:
		p.want(got, mapi.Success)
		from.children = slices.DeleteFunc(from.children, func(c *folderModel) bool { return c == f })
		f.name = name
		to.children = append(to.children, f)
	}
}
