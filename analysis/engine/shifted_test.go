package engine

import (
	"testing"

	"canopy/analysis/network"
	"canopy/analysis/network/port"
)

// TestBalance: what one change opened and another closed again is in neither list.
func TestBalance(t *testing.T) {
	shift := func(src, dst string, on uint16, pairs int) network.Shift {
		return network.Shift{Src: network.ClassName{Namespace: src}, Dst: network.ClassName{Namespace: dst}, Connections: port.Of(port.TCP, on, on), Pairs: pairs}
	}
	var b balance
	b.post(&network.Delta{})
	if !b.void() || b.pairs != nil {
		t.Error("nothing is something")
	}
	b.post(&network.Delta{Opened: []network.Shift{shift("b", "c", 80, 3), shift("a", "b", 80, 2)}})
	b.post(&network.Delta{Closed: []network.Shift{shift("a", "b", 80, 2), shift("b", "c", 80, 1), shift("a", "b", 81, 5)}, Opened: []network.Shift{shift("d", "a", 80, 1)}})
	b.render()
	if len(b.opened) != 2 || b.opened[0].String() != "b → c: TCP 80" || pairs(b.opened) != 3 || len(b.closed) != 1 || b.closed[0].String() != "a → b: TCP 81" || pairs(b.closed) != 5 {
		t.Errorf("opened %v, closed %v", b.opened, b.closed)
	}
	b.post(&network.Delta{Closed: b.opened, Opened: b.closed})
	if b.render(); !b.void() || b.opened != nil || b.closed != nil {
		t.Errorf("opened %v, closed %v", b.opened, b.closed)
	}
}
