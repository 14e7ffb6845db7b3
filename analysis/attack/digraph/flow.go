package digraph

// network is what flows from source to sink; see Cut. Flow is found as Dinic does, from the sink back.
type network struct {
	g *Graph
	// node tells where ways come into a vertex.
	node  []uint32
	nodes uint32
	arcs  []arc
	// begin is where the arcs of a node begin, next is used while they are laid, and the one to try next while flow is found.
	begin, next []uint32
	// level is one more than the number of arcs with room to the sink, 0 where there is no way.
	level []uint32
}

const source, sink = uint32(0), uint32(1)

// arc has room for so much flow, infinite for any. back is the place of the arc the other way, whose room is what can be taken back;
// behind says the same here, since it is asked for often and stands far away there.
type arc struct {
	to, back     uint32
	room, behind uint64
}

func (n *network) reserve(from, to uint32, _ uint64) {
	n.begin[from]++
	n.begin[to]++
}

// reserved makes room for what was counted. The second time, when all is laid, it makes nothing.
func (n *network) reserved() {
	if n.arcs != nil {
		return
	}
	sum := uint32(0)
	for i, count := range n.begin {
		n.begin[i] = sum
		sum += count
	}
	n.arcs = make([]arc, sum)
	n.next = append([]uint32(nil), n.begin...)
	n.level = make([]uint32, n.nodes)
}

func (n *network) lay(from, to uint32, room uint64) {
	i, j := n.next[from], n.next[to]
	n.arcs[i], n.arcs[j] = arc{to, j, room, 0}, arc{from, i, 0, room}
	n.next[from]++
	n.next[to]++
}

// fill lets through as much as can flow. After it level is 0 for what has no more room to the sink.
func (n *network) fill() {
	queue, path := make([]uint32, 0, n.nodes), []uint32(nil)
	for n.measure(queue) {
		copy(n.next, n.begin)
		path = n.block(path[:0])
	}
}

// measure sets the levels, and tells whether there is a way with room.
func (n *network) measure(queue []uint32) bool {
	clear(n.level)
	n.level[sink] = 1
	queue = append(queue[:0], sink)
	for i := 0; i < len(queue); i++ {
		at := queue[i]
		for j := n.begin[at]; j < n.begin[at+1]; j++ {
			a := &n.arcs[j]
			if n.level[a.to] == 0 && a.behind > 0 {
				n.level[a.to] = n.level[at] + 1
				if a.to == source {
					return true // all that is nearer the sink has its level
				}
				queue = append(queue, a.to)
			}
		}
	}
	return false
}

// block fills the ways on which every arc leads one level down, until each of them has an arc that is full.
func (n *network) block(path []uint32) []uint32 {
	at := source
	for {
		if at == sink {
			path = n.push(path)
			at = source
			if len(path) > 0 {
				at = n.arcs[path[len(path)-1]].to
			}
			continue
		}
		for ; n.next[at] < n.begin[at+1]; n.next[at]++ {
			if a := &n.arcs[n.next[at]]; a.room > 0 && n.level[a.to]+1 == n.level[at] && n.level[a.to] > 0 {
				break
			}
		}
		if n.next[at] < n.begin[at+1] {
			path = append(path, n.next[at])
			at = n.arcs[n.next[at]].to
			continue
		}
		if at == source {
			return path
		}
		last := path[len(path)-1]
		path = path[:len(path)-1]
		at = n.arcs[n.arcs[last].back].to
		n.next[at]++
	}
}

// push sends what fits through a path, and gives its part before the first arc that is full.
func (n *network) push(path []uint32) []uint32 {
	fits := infinite
	for _, i := range path {
		fits = min(fits, n.arcs[i].room)
	}
	keep := len(path)
	for k := len(path) - 1; k >= 0; k-- {
		a := &n.arcs[path[k]]
		if a.room != infinite {
			if a.room -= fits; a.room == 0 {
				keep = k
			}
		}
		b := &n.arcs[a.back]
		if b.room != infinite {
			b.room += fits
		}
		a.behind, b.behind = b.room, a.room
	}
	return path[:keep]
}
