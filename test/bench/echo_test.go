package bench

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"testing"
)

// echo is the yardstick of a call: a server that reads a request of a known size and writes a response of a known
// size, and does nothing else. The client says the sizes first.
func echo(in io.Reader, out io.Writer) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, l.Addr())
	go func() {
		io.Copy(io.Discard, in)
		l.Close()
	}()
	for {
		c, err := l.Accept()
		if err != nil {
			return nil
		}
		go answer(c)
	}
}

func answer(c net.Conn) {
	defer c.Close()
	var sizes [8]byte
	if _, err := io.ReadFull(c, sizes[:]); err != nil {
		return
	}
	request := make([]byte, binary.LittleEndian.Uint32(sizes[:]))
	response := make([]byte, binary.LittleEndian.Uint32(sizes[4:]))
	for {
		if _, err := io.ReadFull(c, request); err != nil {
			return
		}
		if _, err := c.Write(response); err != nil {
			return
		}
	}
}

var lastEcho *process

// exchange is how many bytes a call sends and receives on the wire.
type exchange struct{ request, response int }

// echoes opens n connections to a new echo process and returns for each what does one exchange.
func echoes(b *testing.B, n int, size exchange) []func() error {
	b.Helper()
	lastEcho = start(b, "echo")
	address := lastEcho.line()
	calls := make([]func() error, n)
	for i := range calls {
		c, err := net.Dial("tcp", address)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { c.Close() })
		var sizes [8]byte
		binary.LittleEndian.PutUint32(sizes[:], uint32(size.request))
		binary.LittleEndian.PutUint32(sizes[4:], uint32(size.response))
		if _, err := c.Write(sizes[:]); err != nil {
			b.Fatal(err)
		}
		request, response := make([]byte, size.request), make([]byte, size.response)
		calls[i] = func() error {
			if _, err := c.Write(request); err != nil {
				return err
			}
			_, err := io.ReadFull(c, response)
			return err
		}
	}
	return calls
}
