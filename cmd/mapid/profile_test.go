package main

import (
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the expected profiles anew")

// profileOf is what the demo server says of itself and of a user whose name tries to be more than a name.
func profileOf() outlook {
	return outlook{
		User: profileUser{
			Name: "alice", DisplayName: "Alice <Adams> & Söhne", Mail: "alice@mapid.test\r\nHomeServer=evil",
			DN: "/o=mapid/ou=First Administrative Group/cn=Recipients/cn=alice", GUID: "11111111-2222-3333-4444-555555555555",
		},
		Server: serverInfo{
			Name: "EXCH01", FQDN: "exch01.mapid.test", Profile: "exchange2010-sp1", Version: "14.1.218.15",
			DN:         "/o=mapid/ou=First Administrative Group/cn=Configuration/cn=Servers/cn=EXCH01",
			DatabaseDN: "/o=mapid/ou=First Administrative Group/cn=Configuration/cn=Servers/cn=EXCH01/cn=Microsoft Private MDB",
			NetBIOS:    "MAPID", Domain: "mapid.test", Realm: "MAPID.TEST",
			ServicePrincipals: []string{"exchangeMDB/exch01.mapid.test", "exchangeMDB/EXCH01", "host/exch01.mapid.test"},
			Addresses:         []string{"192.0.2.10", "2001:db8::10"},
		},
	}
}

func TestProfileFormats(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"prf", "reg", "hosts", "setspn", "autodiscover-xml"} {
		got, err := render(profileOf(), format)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "profile", format+".golden")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs from %s:\n%s", format, file, got)
		}
	}
}

// iniSections reads a PRF as Outlook does: sections of keys and values.
func iniSections(t *testing.T, text string) map[string]map[string]string {
	t.Helper()
	out := make(map[string]map[string]string)
	section := ""
	for line := range strings.SplitSeq(text, "\r\n") {
		switch {
		case line == "" || strings.HasPrefix(line, ";"):
		case strings.HasPrefix(line, "["):
			section = strings.Trim(line, "[]")
			out[section] = make(map[string]string)
		default:
			key, value, ok := strings.Cut(line, "=")
			if !ok || out[section] == nil {
				t.Fatalf("line %q", line)
			}
			out[section][key] = value
		}
	}
	return out
}

// TestProfilePRF reads the profile back: each setting of a service has its property in the service's mapping.
func TestProfilePRF(t *testing.T) {
	t.Parallel()
	o := profileOf()
	o.Server.EncryptionRequired = true
	text, err := render(o, "prf")
	if err != nil {
		t.Fatal(err)
	}
	ini := iniSections(t, text)
	for service, mapping := range ini["Service List"] {
		for key := range ini[service] {
			switch {
			case key == "OverwriteExistingService" || key == "UniqueService" || key == "AccountName":
			case !strings.HasPrefix(ini[mapping][key], "PT_"):
				t.Errorf("%s of %s has no property in %s", key, service, mapping)
			}
		}
	}
	if ini["ServiceEGS"]["HomeServer"] != "exch01.mapid.test" || ini["ServiceEGS"]["MailboxName"] != "alice" ||
		ini["ServiceEGS"]["AuthPackage"] != "9" || ini["ServiceEGS"]["ConnectFlags"] != "0" {
		t.Errorf("%v", ini["ServiceEGS"])
	}
}

func TestProfileAutodiscover(t *testing.T) {
	t.Parallel()
	text, err := render(profileOf(), "autodiscover-xml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		XMLName  xml.Name `xml:"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006 Autodiscover"`
		Response struct {
			XMLName xml.Name `xml:"http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a Response"`
			User    struct{ DisplayName, LegacyDN string }
			Account struct {
				Protocol struct{ Type, Server, ServerVersion, MdbDN string }
			}
		}
	}
	if err := xml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	p := doc.Response.Account.Protocol
	if doc.Response.User.DisplayName != "Alice <Adams> & Söhne" || p.Type != "EXCH" || p.Server != "exch01.mapid.test" ||
		p.ServerVersion != "738180DA" || !strings.HasSuffix(p.MdbDN, "/cn=EXCH01/cn=Microsoft Private MDB") {
		t.Errorf("%+v", doc.Response)
	}
}

// TestAutodiscoverVersion has the version of a published example, [MS-OXDSCLI] 4: 72008287 is 8.0.647.
func TestAutodiscoverVersion(t *testing.T) {
	t.Parallel()
	if v, err := autodiscoverVersion("8.0.647.0"); err != nil || v != 0x72008287 {
		t.Errorf("%08X, %v", v, err)
	}
	if _, err := autodiscoverVersion("new"); err == nil {
		t.Error("a word passed for a version")
	}
}
