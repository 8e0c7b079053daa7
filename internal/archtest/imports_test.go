package archtest

import (
	"slices"
	"strings"
	"testing"
)

// rule says what of this module the packages at a path may import, tests left aside. A path ending in /... stands for
// everything below it too. The longest rule that matches a package counts.
type rule struct {
	pkg    string
	may    []string
	reason string
}

// bytesLayer is what the lowest layer of protocol code is made of.
var bytesLayer = []string{"internal/wire", "internal/mapi", "internal/prop"}

// service is what a service behind the RPC seam is made of.
var service = []string{
	"internal/dcerpc", "internal/ndr", "internal/wire", "internal/mapi", "internal/prop", "internal/trace", "internal/profile",
	"internal/codepage", "internal/msgprops", "internal/late", "store", "auth",
}

var importRules = []rule{
	{"internal/wire", nil, "the cursor is the bottom: everything else may use it"},
	{"internal/mapi", nil, "values only"},
	{"internal/prop", []string{"internal/wire", "internal/mapi"}, "values and their codec know no protocol above them"},
	{"internal/ndr", []string{"internal/wire"}, "NDR and ROP never mix"},
	{"internal/rop", append([]string{"internal/lzxpress"}, bytesLayer...), "codecs know no store and no handler; payloads are compressed"},
	{"internal/ics", bytesLayer, "codecs know no store and no handler"},
	{"internal/lzxpress", []string{"internal/wire"}, "a compression knows nothing of what it compresses"},
	{"internal/codepage", []string{"internal/mapi"}, "tables only"},
	{"internal/msgprops", bytesLayer, "what is computed from properties needs nothing but properties"},
	{"internal/late", nil, "contexts know nothing of what is cancelled"},
	{"internal/dcerpc", []string{"internal/ndr", "internal/wire", "internal/late", "auth"}, "the RPC runtime knows no interface and no mechanism"},
	{"internal/profile", []string{"internal/mapi", "auth"}, "what differs per version is data"},
	{"internal/seed", []string{"internal/mapi", "internal/prop", "internal/msgprops", "internal/mailconv", "store"}, "a seed writes through the contract, so every engine can be seeded"},
	{"internal/trace", append([]string{"internal/rop", "internal/ndr"}, bytesLayer...), "the trace sees typed messages and bytes, not handlers"},
	{"internal/keytab", nil, "a file format"},
	{"internal/decode", append([]string{"internal/trace", "internal/keytab", "internal/rop", "internal/ndr", "auth", "auth/ntlm"}, bytesLayer...),
		"an onlooker shares codecs with the server and nothing else"},
	{"internal/fault", []string{"internal/mapi"}, "faults only match; the seams act"},
	{"internal/mailconv", append([]string{"internal/rtf", "internal/codepage", "internal/msgprops", "store"}, bytesLayer...), "conversion knows no protocol"},
	{"internal/delivery", append([]string{"internal/mailconv", "internal/msgprops", "store"}, bytesLayer...), "every way in for mail delivers through the contract"},
	{"internal/rtf", []string{"internal/codepage"}, "conversion knows no protocol"},
	{"internal/mapiclient", append([]string{"internal/dcerpc", "internal/ndr", "internal/rop", "internal/lzxpress", "auth", "auth/..."}, bytesLayer...),
		"the client must stay an independent reading of the protocol: it shares codecs with the server and nothing else"},
	{"internal/config", nil, "the configuration is mapped to each package's Options in internal/app"},
	{"internal/archtest", nil, "tests only"},
	{"internal/app", []string{"server/...", "store/...", "auth/...", "internal/..."}, "the one place that wires everything"},

	{"auth", nil, "the contract of the mechanisms"},
	{"auth/spnego", []string{"auth"}, "mechanisms are handed in"},
	{"auth/...", []string{"auth", "internal/wire"}, "mechanisms know no transport and no store"},

	{"store", []string{"internal/mapi", "internal/prop"}, "the contract knows no protocol and no engine"},
	{"store/...", []string{"store", "internal/wire", "internal/mapi", "internal/prop", "internal/msgprops"}, "engines know the contract, no protocol and no server"},

	{"server/rpctcp", []string{"internal/dcerpc", "auth"}, "a transport carries calls and knows no service"},
	{"server/rpchttp", []string{"internal/dcerpc", "auth"}, "a transport carries calls and knows no service"},
	{"server/mapihttp", []string{"server/emsmdb", "server/nspi", "internal/wire", "internal/mapi", "internal/prop", "auth"}, "a transport in front of two services"},
	{"server/epm", service, "servers do not know each other"},
	{"server/rfr", service, "servers do not know each other"},
	{"server/nspi", service, "servers do not know each other"},
	{"server/emsmdb", append([]string{"server/emsmdb/...", "internal/rop", "internal/lzxpress"}, service...), "knows sessions and RPC and no single ROP"},
	{"server/emsmdb/notify", append([]string{"store"}, bytesLayer...), "who is told of what, without rights or ROPs"},
	{"server/emsmdb/exec", append([]string{"server/emsmdb/object", "server/emsmdb/submit", "server/emsmdb/batch", "server/emsmdb/notify", "server/emsmdb/table", "server/emsmdb/view", "internal/rop", "internal/ics", "internal/trace", "internal/profile", "internal/fault", "internal/codepage", "internal/msgprops", "store", "auth"}, bytesLayer...),
		"maps codec types to objects; knows no session and no RPC"},
	{"server/emsmdb/object", append([]string{"server/emsmdb/lock", "server/emsmdb/submit", "server/emsmdb/acl", "server/emsmdb/batch", "server/emsmdb/body", "server/emsmdb/cache", "server/emsmdb/draft", "server/emsmdb/lookup", "server/emsmdb/notify", "server/emsmdb/rule", "server/emsmdb/search", "server/emsmdb/table", "server/emsmdb/view", "internal/profile", "internal/codepage", "internal/msgprops", "internal/rtf", "store"}, bytesLayer...), "mailbox semantics without codec types"},
	{"server/emsmdb/draft", append([]string{"internal/msgprops", "store"}, bytesLayer...), "working copies without handles or rights"},
	{"server/emsmdb/table", append([]string{"server/emsmdb/view", "internal/profile", "store"}, bytesLayer...), "tables without a ROP or a store"},
	{"server/emsmdb/lock", []string{"internal/mapi", "store"}, "locks without streams"},
	{"server/emsmdb/acl", append([]string{"internal/msgprops", "store"}, bytesLayer...), "rights without handles"},
	{"server/emsmdb/rule", append([]string{"internal/profile", "store"}, bytesLayer...), "lists of rules without handles or rights"},
	{"server/emsmdb/submit", append([]string{"internal/mailconv", "internal/msgprops", "internal/profile", "store"}, bytesLayer...), "works out what is sent; knows no handles"},
	{"server/emsmdb/lookup", append([]string{"internal/msgprops", "store"}, bytesLayer...), "what a restriction may find, without tables"},
	{"server/emsmdb/batch", append([]string{"store"}, bytesLayer...), "work in steps, on any objects"},
	{"server/emsmdb/body", append([]string{"internal/codepage", "internal/msgprops", "internal/rtf", "store"}, bytesLayer...), "forms of text without an open message"},
	{"server/emsmdb/cache", append([]string{"store"}, bytesLayer...), "what the store has, in memory"},
	{"server/emsmdb/search", append([]string{"internal/codepage", "internal/profile", "store"}, bytesLayer...), "finds messages; who judges them is handed in"},
	{"server/emsmdb/view", append([]string{"store"}, bytesLayer...), "orders rows and knows no ROP"},
	{"server/smtp", []string{"internal/mailconv", "internal/delivery", "store", "auth"}, "servers do not know each other"},
	{"server/admin", []string{"store", "internal/mapi", "internal/prop", "internal/trace", "internal/mailconv", "internal/delivery"}, "declares the interfaces it needs itself"},

	{"cmd/mapid", []string{"internal/app", "internal/config", "internal/mapiclient", "internal/doctor", "internal/decode", "internal/trace", "auth"}, "flags and printing; the work is done below"},
	{"mapidtest", append([]string{"internal/app", "internal/config", "internal/mapiclient", "internal/rop", "auth"}, bytesLayer...),
		"a public door to internal/app, and a client of it"},
	{"test/...", []string{"internal/...", "auth/...", "store/...", "server/..."}, "test programs"},
}

func matches(pattern, p string) bool {
	prefix, below := strings.CutSuffix(pattern, "/...")
	return p == prefix || below && strings.HasPrefix(p, prefix+"/")
}

// ruleFor is the longest rule that matches p.
func ruleFor(p string) (rule, bool) {
	var best rule
	found := false
	for _, r := range importRules {
		if matches(r.pkg, p) && (!found || len(strings.TrimSuffix(r.pkg, "/...")) > len(strings.TrimSuffix(best.pkg, "/..."))) {
			best, found = r, true
		}
	}
	return best, found
}

func TestImportDirections(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		r, ok := ruleFor(p.ImportPath)
		if !ok {
			t.Errorf("%s: no rule says what it may import: add one, with its reason", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			rel, own := strings.CutPrefix(imported, module+"/")
			if own && !slices.ContainsFunc(r.may, func(pattern string) bool { return matches(pattern, rel) }) {
				t.Errorf("%s must not import %s: %s", p.ImportPath, rel, r.reason)
			}
		}
	}
}

// dependencies says which packages may import what is not ours, tests left aside. The answer to a new one is
// usually no; docs/adr records the reasons.
var dependencies = []struct {
	path string
	by   []string
}{
	{"go.uber.org/zap", []string{"internal/app", "internal/delivery", "internal/dcerpc", "internal/trace", "auth/...", "server/...", "store/sqlite", "cmd/mapid", "mapidtest"}},
	{"github.com/alecthomas/kong", []string{"cmd/mapid"}},
	{"github.com/goccy/go-yaml", []string{"internal/config", "internal/seed"}},
	{"modernc.org/sqlite", []string{"store/sqlite"}},
	{"github.com/google/go-cmp", []string{"store/storetest"}}, // a suite is a test that is not in a _test file
	{"pgregory.net/rapid", []string{"store/storetest"}},
	{"github.com/jcmturner/gokrb5/v8", []string{"auth/krb"}},
	{"github.com/jcmturner/gofork", []string{"auth/krb"}},
	{"golang.org/x/crypto", []string{"auth/...", "internal/seed", "internal/app"}},
	{"github.com/emersion/go-message", []string{"internal/mailconv"}}, // charsets and the writing of MIME, docs/adr/0004
	{"github.com/emersion/go-smtp", []string{"server/smtp"}},          // docs/adr/0005
	{"github.com/emersion/go-sasl", []string{"server/smtp"}},          // docs/adr/0005
	{"golang.org/x/text", []string{"internal/...", "auth/...", "server/...", "store/..."}},
}

func TestDependencies(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		for _, imported := range p.Imports {
			first, _, _ := strings.Cut(imported, "/")
			if !strings.Contains(first, ".") || strings.HasPrefix(imported, module+"/") || imported == module {
				continue
			}
			allowed := false
			for _, d := range dependencies {
				if matches(d.path+"/...", imported) {
					allowed = slices.ContainsFunc(d.by, func(pattern string) bool { return matches(pattern, p.ImportPath) })
				}
			}
			if !allowed {
				t.Errorf("%s must not import %s", p.ImportPath, imported)
			}
		}
	}
}

func TestRuleFor(t *testing.T) {
	t.Parallel()
	for p, want := range map[string]string{
		"auth": "auth", "auth/ntlm": "auth/...", "auth/spnego": "auth/spnego", "store/sqlite": "store/...",
		"server/emsmdb": "server/emsmdb", "server/emsmdb/view": "server/emsmdb/view", "test/interop": "test/...",
	} {
		if r, ok := ruleFor(p); !ok || r.pkg != want {
			t.Errorf("rule for %s is %q, want %q", p, r.pkg, want)
		}
	}
	if r, ok := ruleFor("authority"); ok {
		t.Errorf("rule %q matches authority", r.pkg)
	}
	for _, r := range importRules {
		if r.reason == "" {
			t.Errorf("the rule for %s gives no reason", r.pkg)
		}
	}
}
