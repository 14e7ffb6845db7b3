package simulator

import (
	"net/netip"
	"sync"
)

// addresses hands out pod addresses of 10.128.0.0/9, each to one pod at a time.
type addresses struct {
	mu   sync.Mutex
	next netip.Addr
	used map[netip.Addr]bool
}

func newAddresses() *addresses {
	return &addresses{next: netip.MustParseAddr("10.128.0.2"), used: map[netip.Addr]bool{}}
}

func (a *addresses) take() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.used[a.next] {
		a.next = a.next.Next()
	}
	address := a.next
	a.used[address] = true
	a.next = a.next.Next()
	return address.String()
}

func (a *addresses) reserve(address string) { a.set(address, true) }
func (a *addresses) release(address string) { a.set(address, false) }

func (a *addresses) set(address string, used bool) {
	parsed, err := netip.ParseAddr(address)
	if err != nil {
		return // a pod without an address yet
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if used {
		a.used[parsed] = true
		return
	}
	delete(a.used, parsed)
}
