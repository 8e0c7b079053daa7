package view

import (
	"cmp"
	"container/heap"
	"slices"
)

// A code packs the bytes of keys, the frequent ones into few bits: the sort keys of text use a small part of all
// bytes, and some letters much more than others. It is Huffman's, with words of codeBits bits at most.
type code struct {
	words [256]word
	table []unpacked // by the next codeBits bits
}

type word struct {
	bits uint16
	n    uint8 // number of bits
}

type unpacked struct {
	b byte
	n uint8
}

// codeBits is the length of the longest words.
const codeBits = 12

// codeSize is what a code takes in memory.
const codeSize = 4*256 + 2<<codeBits

// Where a code is worth it: in orders of so many rows whose keys have so many bytes that the key before does not have.
const (
	codedRows  = 1024
	codedBytes = 6
)

// newCode makes a code for the keys of sorted entries; nil if they take little as they are.
func newCode(entries []Entry) *code {
	if len(entries) < codedRows {
		return nil
	}
	var count [256]int
	last, distinct, total := "", 0, 0
	for i := range entries {
		k := entries[i].Key
		if i > 0 && k == last {
			continue
		}
		rest := k[common(last, k):]
		for j := range len(rest) {
			count[rest[j]]++
		}
		last, distinct, total = k, distinct+1, total+len(rest)
	}
	if total < codedBytes*distinct || total < codeSize {
		return nil
	}
	return codeOf(count, total)
}

// codeOf makes a code for bytes of which so many were counted. Each byte has a word.
func codeOf(count [256]int, total int) *code {
	for least := total>>codeBits + 1; ; least *= 2 { // what is rare is taken for less rare until no word is too long
		lengths := wordLengths(count, least)
		if slices.Max(lengths[:]) <= codeBits {
			return assign(lengths)
		}
	}
}

// codeNode is a node of the tree of words: a byte, or two nodes.
type codeNode struct {
	weight, order int
	leaf          int // -1: two nodes
	left, right   *codeNode
}

type codeHeap []*codeNode

func (h codeHeap) Len() int { return len(h) }
func (h codeHeap) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[i].weight, h[j].weight), cmp.Compare(h[i].order, h[j].order)) < 0
}
func (h codeHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *codeHeap) Push(x any)   { *h = append(*h, x.(*codeNode)) }
func (h *codeHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// wordLengths is the length of the best word for each byte, if each is there at least so often.
func wordLengths(count [256]int, least int) (lengths [256]uint8) {
	var h codeHeap
	for b, n := range count {
		h = append(h, &codeNode{weight: max(n, least), order: b, leaf: b})
	}
	heap.Init(&h)
	for order := len(h); h.Len() > 1; order++ {
		a, b := heap.Pop(&h).(*codeNode), heap.Pop(&h).(*codeNode)
		heap.Push(&h, &codeNode{weight: a.weight + b.weight, order: order, leaf: -1, left: a, right: b})
	}
	var walk func(n *codeNode, depth uint8)
	walk = func(n *codeNode, depth uint8) {
		if n.leaf >= 0 {
			lengths[n.leaf] = depth
			return
		}
		walk(n.left, depth+1)
		walk(n.right, depth+1)
	}
	walk(h[0], 0)
	return lengths
}

// assign gives words of these lengths, the short ones first.
func assign(lengths [256]uint8) *code {
	c := &code{table: make([]unpacked, 1<<codeBits)}
	next := 0 // in units of the longest words
	for n := uint8(1); n <= codeBits; n++ {
		for b := range 256 {
			if lengths[b] != n {
				continue
			}
			c.words[b] = word{uint16(next >> (codeBits - n)), n}
			for range 1 << (codeBits - n) {
				c.table[next] = unpacked{byte(b), n}
				next++
			}
		}
	}
	return c
}

// pack appends bytes, packed.
func (c *code) pack(dst []byte, s string) []byte {
	var acc uint32
	have := uint(0)
	for i := range len(s) {
		w := c.words[s[i]]
		acc, have = acc<<w.n|uint32(w.bits), have+uint(w.n)
		for have >= 8 {
			have -= 8
			dst = append(dst, byte(acc>>have))
		}
	}
	if have > 0 {
		dst = append(dst, byte(acc<<(8-have)))
	}
	return dst
}

// unpack appends size bytes and returns how many packed ones it read.
func (c *code) unpack(dst []byte, packed string, size int) (out []byte, used int) {
	var acc uint32
	have, bits := uint(0), uint(0)
	for range size {
		for have < codeBits {
			acc <<= 8
			if used < len(packed) {
				acc |= uint32(packed[used])
			}
			used, have = used+1, have+8
		}
		w := c.table[acc>>(have-codeBits)&(1<<codeBits-1)]
		have, bits = have-uint(w.n), bits+uint(w.n)
		dst = append(dst, w.b)
	}
	return dst, int(bits+7) / 8
}
