package network

import (
	"strings"

	"canopy/analysis/network/policy"
	"canopy/model/record"
)

// classKey is all that a verdict can depend on.
type classKey struct {
	namespace  *namespace
	projection *projection
	signature  *signature
	site       *site
	nodes      *nodeSet
	host       bool
}

// class is pods that no policy can tell apart.
type class struct {
	classKey
	id   uint32
	pods []uint32
	// face sums up the peers of pods that select it.
	face     mark
	profiles [2]*profile
	group    *group
	flags    uint8
	// The places in the lists of what it belongs to.
	inNamespace, inProjection, inSite, inGroup int32
}

// What must be worked out anew for a class.
const (
	dirtyGroup uint8 = 1 << iota
	dirtyIngress
	dirtyEgress
	dirtyQueued

	dirtyProfile = dirtyIngress | dirtyEgress
)

// member is one pod that is an end of connections.
type member struct {
	record *record.Pod
	class  *class
	at     int32
}

func (a *Analyser) dirty(c *class, what uint8) {
	if c.flags&dirtyQueued == 0 {
		a.queue = append(a.queue, c)
	}
	c.flags |= what | dirtyQueued
}

// place puts a pod into its class.
func (a *Analyser) place(m uint32) {
	x := &a.members[m]
	t := a.templates[x.record.Template.Bare()]
	key := classKey{
		namespace: a.namespaces[x.record.Namespace], projection: a.labelSets[x.record.Labels].projection,
		signature: t.signature, site: a.siteOf(x.record), host: t.host,
	}
	if t.host {
		key.nodes = a.nodeSetOf(x.record.Node())
	}
	if x.class != nil && x.class.classKey == key {
		return
	}
	c := a.classes[key]
	if c == nil {
		c = a.makeClass(key)
	}
	a.displace(m)
	x.class, x.at = c, int32(len(c.pods))
	c.pods = append(c.pods, m)
	if c.group != nil {
		c.group.pods++
	}
	if len(c.pods) == 1 {
		a.dirty(c, dirtyGroup)
	}
}

// displace takes a pod out of its class.
func (a *Analyser) displace(m uint32) {
	x := &a.members[m]
	c := x.class
	if c == nil {
		return
	}
	last := len(c.pods) - 1
	moved := c.pods[last]
	c.pods[x.at] = moved
	a.members[moved].at = x.at
	c.pods = c.pods[:last]
	if c.group != nil {
		c.group.pods--
	}
	if x.class = nil; last == 0 {
		a.dirty(c, dirtyGroup)
	}
	a.moved(m, c)
}

func (a *Analyser) makeClass(key classKey) *class {
	c := &class{classKey: key, id: a.next()}
	a.classes[key] = c
	c.inNamespace = join(&key.namespace.classes, c)
	c.inProjection = join(&key.projection.classes, c)
	c.inSite = join(&key.site.classes, c)
	a.facing(c)
	a.dirty(c, dirtyProfile)
	return c
}

// dropClass forgets a class without pods.
func (a *Analyser) dropClass(c *class) {
	delete(a.classes, c.classKey)
	leave(&c.namespace.classes, c.inNamespace, func(o *class) *int32 { return &o.inNamespace })
	leave(&c.projection.classes, c.inProjection, func(o *class) *int32 { return &o.inProjection })
	leave(&c.site.classes, c.inSite, func(o *class) *int32 { return &o.inSite })
	a.idleSite(c.site)
	a.idleNamespaces = append(a.idleNamespaces, c.namespace)
	a.ungroup(c)
	for d := range c.profiles {
		if c.profiles[d] != nil {
			a.releaseProfile(c.profiles[d])
			c.profiles[d] = nil
		}
	}
}

func join(list *[]*class, c *class) int32 {
	*list = append(*list, c)
	return int32(len(*list) - 1)
}

func leave(list *[]*class, at int32, place func(*class) *int32) {
	last := len(*list) - 1
	moved := (*list)[last]
	(*list)[at] = moved
	*place(moved) = at
	(*list)[last] = nil
	*list = (*list)[:last]
}

// open tells that no policy has a say about a class in a direction.
func (c *class) open(d policy.Direction) bool { return c.profiles[d].program.open }

// unknown says why a class is not evaluated; "" where it is.
func (a *Analyser) unknown(c *class) string {
	switch {
	case c.namespace.foreign != "":
		return c.namespace.foreign
	case c.namespace.hidden != "":
		return c.namespace.hidden
	case a.hidden != "" && !c.host:
		return a.hidden
	}
	for _, p := range c.profiles {
		if p != nil && p.unread != nil {
			return p.unread.Ref.String() + " cannot be read: " + p.unread.Unread
		}
	}
	return ""
}

// text gives the labels of a class as they are shown.
func (c *class) text() string {
	parts := make([]string, len(c.projection.labels))
	for i, l := range c.projection.labels {
		parts[i] = l.key + "=" + l.value
	}
	return strings.Join(parts, ",")
}
