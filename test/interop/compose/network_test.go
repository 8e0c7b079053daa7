package compose

import (
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// network is what a container engine would build: a namespace of its own for each service, all on bridges in one more
// that stands for the machine that runs them. Nothing outside of these namespaces has an address of it.
type network struct {
	t    *testing.T
	name string // of the machine's namespace, and the beginning of the others' names
	n    int    // namespaces that joined
}

// Subnets. The machine is .1 of each.
const (
	containers = "10.77.0" // bridge of the services
	world      = "10.78.0" // where the clients of published ports are
)

func newNetwork(t *testing.T) *network {
	t.Helper()
	n := &network{t: t, name: "mapid-" + strings.ToLower(rand.Text()[:6])}
	n.namespace(n.name)
	for _, subnet := range []string{containers, world} {
		br := bridge(subnet)
		n.ip("-n", n.name, "link", "add", br, "type", "bridge")
		n.ip("-n", n.name, "addr", "add", subnet+".1/24", "dev", br)
		n.ip("-n", n.name, "link", "set", br, "up")
	}
	n.exec("sysctl", "-qw", "net.ipv4.ip_forward=1")
	return n
}

func bridge(subnet string) string {
	return "br" + strings.ReplaceAll(strings.TrimPrefix(subnet, "10."), ".", "-")
}

// namespace makes one that ends with the test.
func (n *network) namespace(name string) {
	n.t.Helper()
	n.ip("netns", "add", name)
	n.t.Cleanup(func() { exec.Command("ip", "netns", "del", name).Run() })
	n.ip("-n", name, "link", "set", "lo", "up")
}

// join makes a namespace with an address in a subnet, the way to the rest, and the right to open low ports, which
// container engines give too.
func (n *network) join(subnet string) host {
	n.t.Helper()
	n.n++
	h := host{n.t, fmt.Sprintf("%s-%d", n.name, n.n), fmt.Sprintf("%s.%d", subnet, n.n+1)}
	n.namespace(h.ns)
	port := fmt.Sprintf("p%d", n.n)
	n.ip("-n", n.name, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", h.ns)
	n.ip("-n", n.name, "link", "set", port, "master", bridge(subnet))
	n.ip("-n", n.name, "link", "set", port, "up")
	n.ip("-n", h.ns, "addr", "add", h.address+"/24", "dev", "eth0")
	n.ip("-n", h.ns, "link", "set", "eth0", "up")
	n.ip("-n", h.ns, "route", "add", "default", "via", subnet+".1")
	n.ip("netns", "exec", h.ns, "sysctl", "-qw", "net.ipv4.ip_unprivileged_port_start=0")
	return h
}

// publish maps the ports of a service, HOST:CONTAINER, from the world to its namespace, as a container engine does.
func (n *network) publish(to host, ports []string) {
	n.t.Helper()
	n.exec("nft", "add table ip nat")
	n.exec("nft", "add chain ip nat pre { type nat hook prerouting priority -100 ; }")
	n.exec("nft", "add chain ip nat post { type nat hook postrouting priority 100 ; }")
	n.exec("nft", fmt.Sprintf("add rule ip nat post oifname %q masquerade", bridge(containers)))
	for _, p := range ports {
		parts := strings.Split(p, ":")
		outer, inner := parts[len(parts)-2], parts[len(parts)-1]
		n.exec("nft", fmt.Sprintf("add rule ip nat pre iifname %q tcp dport %s dnat to %s",
			bridge(world), outer, net.JoinHostPort(to.address, inner)))
	}
}

// exec runs a command on the machine.
func (n *network) exec(args ...string) {
	n.t.Helper()
	n.ip(append([]string{"netns", "exec", n.name}, args...)...)
}

func (n *network) ip(args ...string) {
	n.t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		n.t.Fatalf("ip %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// host is a namespace with an address.
type host struct {
	t       *testing.T
	ns      string
	address string
}

// names gives the namespace its own /etc/hosts: what an engine's name service would answer.
func (h host) names(addresses map[string]string) {
	h.t.Helper()
	dir := filepath.Join("/etc/netns", h.ns)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { os.RemoveAll(dir) })
	text := "127.0.0.1 localhost\n"
	for name, address := range addresses {
		text += address + " " + name + "\n"
	}
	if err := os.WriteFile(filepath.Join(dir, "hosts"), []byte(text), 0o644); err != nil {
		h.t.Fatal(err)
	}
}
