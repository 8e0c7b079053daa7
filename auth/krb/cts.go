package krb

import (
	"crypto/aes"
	"crypto/cipher"
)

// cbc is a block mode that can start anew, as crypto/tls uses it, too.
type cbc interface {
	cipher.BlockMode
	SetIV([]byte)
}

// cts is AES in CBC mode with ciphertext stealing, [RFC3962] 5, over a message that lies in pieces: a confounder of
// one block, data, and a tail. Everything is worked on in place and nothing is allocated.
type cts struct {
	block    cipher.Block
	enc, dec cbc
	iv       [aes.BlockSize]byte // stays zero
	last     [aes.BlockSize]byte // scratch
}

func newCTS(key []byte) (*cts, error) {
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	c := &cts{block: b}
	c.enc, c.dec = cipher.NewCBCEncrypter(b, c.iv[:]).(cbc), cipher.NewCBCDecrypter(b, c.iv[:]).(cbc)
	return c, nil
}

// tailMax is the capacity a tail needs: the end of the data, a filler and a token header, rounded up to blocks.
const tailMax = 3 * aes.BlockSize

// encrypt encrypts confounder, data and tail as one message. The tail begins with what of data does not fill a block,
// which is left alone in data: data[:len(data)&^15] and tail are worked on. tail has two blocks at least, and capacity
// for a third.
func (c *cts) encrypt(confounder, data, tail []byte) {
	c.enc.SetIV(c.iv[:])
	c.enc.CryptBlocks(confounder, confounder)
	if full := len(data) &^ 15; full > 0 {
		c.enc.CryptBlocks(data[:full], data[:full])
	}
	rest := len(tail) & 15
	if rest == 0 { // whole blocks: the last two change places
		c.enc.CryptBlocks(tail, tail)
		swap(tail)
		return
	}
	n := len(tail) - rest
	padded := tail[:n+aes.BlockSize]
	clear(padded[len(tail):])
	c.enc.CryptBlocks(padded, padded)
	copy(c.last[:], padded[n-aes.BlockSize:n])
	copy(padded[n-aes.BlockSize:], padded[n:])
	copy(padded[n:], c.last[:rest])
}

// decrypt undoes encrypt.
func (c *cts) decrypt(confounder, data, tail []byte) {
	c.dec.SetIV(c.iv[:])
	c.dec.CryptBlocks(confounder, confounder)
	if full := len(data) &^ 15; full > 0 {
		c.dec.CryptBlocks(data[:full], data[:full])
	}
	rest := len(tail) & 15
	if rest == 0 {
		swap(tail)
		c.dec.CryptBlocks(tail, tail)
		return
	}
	n := len(tail) - rest
	// tail ends with the whole block that was encrypted last, and the beginning of the one before it.
	stolen, whole := tail[n:], tail[n-aes.BlockSize:n]
	c.block.Decrypt(c.last[:], whole)
	copy(whole, stolen)
	copy(whole[rest:], c.last[rest:])
	for i := range stolen {
		stolen[i] ^= c.last[i]
	}
	c.dec.CryptBlocks(tail[:n], tail[:n])
}

// swap exchanges the last two blocks.
func swap(b []byte) {
	x, y := b[len(b)-2*aes.BlockSize:][:aes.BlockSize], b[len(b)-aes.BlockSize:]
	for i := range x {
		x[i], y[i] = y[i], x[i]
	}
}
