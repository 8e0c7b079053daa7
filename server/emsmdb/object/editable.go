package object

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Editable is a Bag whose properties can be changed: logons and folders at once, messages and attachments in the
// open object until it is saved, [MS-OXCPRPT] 3.2.5.4.
type Editable interface {
	Bag
	// SetProps sets properties. Strings come as PtypString. What it refuses it lists by index into props, ascending;
	// an error means that nothing was set.
	SetProps(ctx context.Context, props []prop.Tagged) ([]Problem, error)
	// DeleteProps removes properties; one that is not there is no problem.
	DeleteProps(ctx context.Context, tags []mapi.PropTag) ([]Problem, error)
	// SetStaged sets one string or binary property to a value that was written in pieces, and takes the stage.
	SetStaged(ctx context.Context, value store.Staged) error
	// openValue opens a string or binary property as the object has it now, saved or not, inside a View.
	openValue(r store.Reader, tag mapi.PropTag) (store.ValueReader, error)
}

// Problem is one property that an operation did not do, [MS-OXCDATA] 2.7.
type Problem struct {
	Index int // into the list of the request
	Tag   mapi.PropTag
	Code  mapi.ErrorCode
}
