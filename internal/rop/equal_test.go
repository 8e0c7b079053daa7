package rop_test

import (
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mapid/mapid/internal/prop"
)

// equal compares messages: values by what they hold, empty lists as nil ones, since the wire can't tell them apart.
var equal = cmp.Options{cmp.Comparer(prop.Value.Equal), cmpopts.EquateEmpty()}
