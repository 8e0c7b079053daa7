package seed

import (
	"bytes"
	"fmt"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// Bounds of a seed's text, checked before it is parsed: the parser takes time that grows with the cube of the nesting,
// and a stack that grows with it.
const (
	maxNesting = 64
	maxSigns   = 1 << 20 // of structure: several for each of maxNodes, and those in texts
)

// tokens splits text into tokens and refuses what no seed looks like.
func tokens(data []byte) (token.Tokens, *Problem) {
	signs := 0
	for _, sign := range []string{"\n", ",", ":", "-", "[", "{", "?", "!", "&", "*", "#"} {
		signs += bytes.Count(data, []byte(sign))
	}
	if signs > maxSigns {
		return nil, &Problem{Text: fmt.Sprintf("the seed is too large, with %d line ends and signs of YAML: split it, %d are allowed at a time", signs, maxSigns)}
	}
	list := lexer.Tokenize(string(data))
	var n nesting
	for _, t := range list {
		if n.add(t) > maxNesting {
			return nil, &Problem{Line: t.Position.Line, Text: fmt.Sprintf("more than %d levels stand within each other: no seed needs as many", maxNesting)}
		}
	}
	return list, nil
}

// nesting follows how deep tokens stand within each other, roughly: never less deep than the parser takes them.
type nesting struct {
	flow    int   // brackets and braces that are open
	columns []int // where the lines begin that the current one is within
	line    int   // the current one
	entries int   // list entries and keys that begin on this line, one within the other
	marks   int   // anchors, tags and the like that wait for a value
	named   bool  // the next token is the name of an anchor
}

// add takes the next token and returns the depth there.
func (n *nesting) add(t *token.Token) int {
	if p := t.Position; p.Line != n.line && n.flow == 0 {
		for len(n.columns) > 0 && n.columns[len(n.columns)-1] >= p.Column {
			n.columns = n.columns[:len(n.columns)-1]
		}
		n.columns = append(n.columns, p.Column)
		n.entries = 0
	}
	n.line = t.Position.Line
	name := n.named
	n.named = t.Type == token.AnchorType
	switch t.Type {
	case token.SequenceStartType, token.MappingStartType:
		n.flow++
	case token.SequenceEndType, token.MappingEndType:
		n.flow = max(n.flow-1, 0)
		n.entries, n.marks = 0, 0
	case token.SequenceEntryType, token.MappingValueType:
		n.entries++
	case token.AnchorType, token.TagType, token.MappingKeyType:
		n.marks++
	case token.CollectEntryType:
		n.entries, n.marks = 0, 0
	default:
		if !name {
			n.marks = 0
		}
	}
	return n.flow + len(n.columns) + n.entries + n.marks
}
