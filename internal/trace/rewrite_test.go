package trace

import (
	"bytes"
	"encoding/hex"
	"testing"
)

// A request of Outlook 2007, compressed and with an obfuscated auxiliary buffer, and its payload in clear.
const (
	outlookRequest = "000000002756a0d0721e0c48b85a274429fd403f0000000052010000000005004a017c010008000064010500000102120001000d001400486714004a18004d6703004e671f0037000302200000003468480033681f00067003003a680300073800416802014268400008304fc80198082020000000050004041f001a001900490050004d002e18006900630072006f007318006600742082a8a098004648006c00640065b80044280073180167006ec8004e0061006d880064005698006500770000b07a14290006f2030148000404e3033a6808b90001b900000200f8000000390519004d8202734002674a0002000200020350710085090200335109610004620000273b002900020578e8077d000400070004a100127008493008f40f02014110400072661f00e5361f00e61800013003000136030002180003360b000a9800133602011678003f404555de3800df1800e05800e13800da38002d6775a002ff0000713c00ffffffffffffffff00005201000007800000300000000000060028002800ada5a4a4a4a5b9a5b5a5a4a9f7a5a5a5a5a5a5a5bea5a5a5b5a5a4a9eaa5a5a5eba5a5a5bea5a5a53000000088000000"
	outlookPayload = "64010500000102120001000d001400486714004a6714004d6703004e671f00370003003468480033681f00067003003a68030007700300416802014268400008304f000100980000050004041f001a001f001a00490050004d002e004d006900630072006f0073006f00660074002e0046006f006c00640065007200440065007300690067006e002e004e0061006d00650064005600690065007700000006000300346801000000040403003a6803003a68080000000601030034680002000003000000001f0037001f0037004d00650073007300610067006500730000000000000200020301000000003351090002000204010000000000273b0029000205780000010000000000273b0000000000000000070004000001001200140049670300f40f020172661f00e5361f00e6361f0001300300013603000236030003360b000a361f001336020116360300de360201df360201e0360300e1360201da3603002d6775000000ffffffff71000000ffffffffffffffffffffffff"
	outlookAux     = "0800010101001c00" + "1000010c52000000000000001b000000" + "1000010c4f0000004e0000001b000000"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestClearEMSMDBExpandsARealRequest(t *testing.T) {
	t.Parallel()
	stub := unhex(t, outlookRequest)
	got := ClearEMSMDB(emsmdb, opRPCExt2, ToServer, stub)
	if !bytes.Contains(got, append([]byte{0, 0, 4, 0, 0x7C, 1, 0x7C, 1}, unhex(t, outlookPayload)...)) {
		t.Error("the payload is not there in clear behind its header")
	}
	if !bytes.Contains(got, append([]byte{0, 0, 4, 0, 40, 0, 40, 0}, unhex(t, outlookAux)...)) {
		t.Error("the auxiliary blocks are not there in clear behind their header")
	}
	if again := ClearEMSMDB(emsmdb, opRPCExt2, ToServer, got); !bytes.Equal(again, got) {
		t.Error("a clear stub must stay as it is")
	}
	if other := ClearEMSMDB([16]byte{1}, opRPCExt2, ToServer, stub); !bytes.Equal(other, stub) {
		t.Error("stubs of other interfaces must stay as they are")
	}
}

func FuzzClearEMSMDB(f *testing.F) {
	b, _ := hex.DecodeString(outlookRequest)
	f.Add(uint16(opRPCExt2), true, b)
	f.Add(uint16(opRPCExt2), false, b)
	f.Add(uint16(opConnectEx), true, b)
	f.Fuzz(func(t *testing.T, op uint16, toServer bool, stub []byte) {
		dir := ToClient
		if toServer {
			dir = ToServer
		}
		once := ClearEMSMDB(emsmdb, op, dir, bytes.Clone(stub))
		if twice := ClearEMSMDB(emsmdb, op, dir, bytes.Clone(once)); !bytes.Equal(once, twice) && op != opConnectEx {
			t.Errorf("not stable: %x then %x", once, twice)
		}
	})
}
