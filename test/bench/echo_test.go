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

// lastEcho is where the echo that was started last listens.
var lastEcho string

// exchange is how many bytes a call sends and receives on the wire.
type exchange struct{ request, response int }

// head is what a client tells the echo first.
func (x exchange) head() []byte {
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, uint32(x.request)), uint32(x.response))
}

// echoes opens n connections to a new echo process and returns for each what does one exchange.
func echoes(b *testing.B, n int, size exchange) []func() error {
	b.Helper()
	address := start(b, "echo").line()
	lastEcho = address
	calls := make([]func() error, n)
	for i := range calls {
		c, err := net.Dial("tcp", address)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { c.Close() })
		if _, err := c.Write(size.head()); err != nil {
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
