package bench

import (
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // NTLM is defined over MD5
	"crypto/rc4" //nolint:gosec // NTLM is defined over RC4
	"testing"
	"time"
)

// fragment is the most stub data of one sealed response fragment of the size that Windows uses.
const fragment = 5792

// BenchmarkSeal is what NTLM's sealing of a full fragment reaches of the cipher and the code it is made of.
func BenchmarkSeal(b *testing.B) {
	client := startServer(b, newData(b, nil)).smallExecute().security // keys of a real log-on
	sig, header, data, trailer := make([]byte, 16), make([]byte, 24), make([]byte, fragment), make([]byte, 8)
	seal := func() error { return client.Seal(sig, header, data, trailer) }

	cipher, err := rc4.NewCipher(make([]byte, 16))
	if err != nil {
		b.Fatal(err)
	}
	mac := hmac.New(md5.New, make([]byte, 16))
	whole, sum := make([]byte, 4+24+fragment+8), make([]byte, 0, 16)
	bare := func() error {
		mac.Reset()
		mac.Write(whole)
		sum = mac.Sum(sum[:0])
		cipher.XORKeyStream(whole[28:28+fragment], whole[28:28+fragment])
		cipher.XORKeyStream(sum[:8], sum[:8])
		return nil
	}
	const n = 2000
	var ratios, speed []float64
	for b.Loop() {
		own, yardstick := elapsed(b, n, seal), elapsed(b, n, bare)
		ratios = append(ratios, float64(yardstick)/float64(own))
		speed = append(speed, n*fragment/own.Seconds()/1e6)
	}
	report(b, median(ratios), "x-bare", 0.9)
	b.ReportMetric(median(speed), "MB/s")
	b.ReportMetric(testing.AllocsPerRun(100, func() { _ = seal() }), "allocs/fragment")
}

// elapsed returns the time that n calls take, one after the other.
func elapsed(b *testing.B, n int, call func() error) time.Duration {
	b.Helper()
	began := time.Now()
	for range n {
		if err := call(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(began)
}
