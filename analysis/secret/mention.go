package secret

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// Programs take Secrets by their names too: --default-ssl-certificate=shop/tls, SECRET_NAME=db. A text of a template that is the name of
// a Secret counts as a use of it; nothing is amiss where there is no such Secret. Such texts are many, few of them name any, and some may
// be credentials: no more than a keyed hash of each is held.

// title is the name of a Secret, as far as a hash tells it: in a namespace, or with none where the text has the namespace in it.
type title struct {
	namespace string
	hash      uint64
}

func (t title) compare(o title) int {
	return cmp.Or(cmp.Compare(t.namespace, o.namespace), cmp.Compare(t.hash, o.hash))
}

// titles are those by which a Secret may be mentioned.
func (a *Analyser) titles(key types.NamespacedName) [2]title {
	return [...]title{{key.Namespace, maphash.String(a.seed, key.Name)}, {"", maphash.String(a.seed, key.Namespace+"/"+key.Name)}}
}

// mentionedBy lists the objects that mention a Secret.
func (a *Analyser) mentionedBy(key types.NamespacedName) (list []*namer) {
	for _, t := range a.titles(key) {
		for _, n := range a.mentioning[t] {
			if !slices.Contains(list, n) {
				list = append(list, n)
			}
		}
	}
	return list
}

// mentioned goes through the texts of a pod spec that may be the name of a Secret, or its namespace and name, with their paths.
func mentioned(spec *corev1.PodSpec, yield func(path, text string)) {
	texts(spec, func(path, text string) {
		yield(path, text)
		if _, value, ok := strings.Cut(text, "="); ok {
			yield(path, value)
		}
	})
}

// texts goes through the literal texts of the containers of a pod spec: values of variables, commands and arguments.
func texts(spec *corev1.PodSpec, yield func(path, text string)) {
	of := func(list string, i int, c *corev1.Container) {
		path := index(list, i)
		for j := range c.Env {
			if c.Env[j].ValueFrom == nil {
				yield(index(path+".env", j)+".value", c.Env[j].Value)
			}
		}
		for j, word := range c.Command {
			yield(index(path+".command", j), word)
		}
		for j, word := range c.Args {
			yield(index(path+".args", j), word)
		}
	}
	for i := range spec.InitContainers {
		of("initContainers", i, &spec.InitContainers[i])
	}
	for i := range spec.Containers {
		of("containers", i, &spec.Containers[i])
	}
	for i := range spec.EphemeralContainers {
		c := corev1.Container(spec.EphemeralContainers[i].EphemeralContainerCommon)
		of("ephemeralContainers", i, &c)
	}
}

// mentions are the hashes of the names that a template may mention: of names alone, and of those with their namespace. They are sorted.
type mentions struct{ near, far []uint64 }

func (m *mentions) empty() bool { return len(m.near)+len(m.far) == 0 }

func mentionsIn(seed maphash.Seed, spec *corev1.PodSpec) (m mentions) {
	mentioned(spec, func(_, text string) {
		switch _, ok := mention("", text); {
		case !ok:
		case strings.Contains(text, "/"):
			m.far = append(m.far, maphash.String(seed, text))
		default:
			m.near = append(m.near, maphash.String(seed, text))
		}
	})
	for _, list := range [...]*[]uint64{&m.near, &m.far} {
		slices.Sort(*list)
		*list = slices.Clip(slices.Compact(*list))
	}
	return m
}

// mention reads a name, or namespace/name; false where it can be none. Numbers are ports and the like.
func mention(namespace, text string) (types.NamespacedName, bool) {
	key := types.NamespacedName{Namespace: namespace, Name: text}
	if in, name, ok := strings.Cut(text, "/"); ok {
		key = types.NamespacedName{Namespace: in, Name: name}
		if !named(in, false) {
			return key, false
		}
	}
	return key, named(key.Name, true) && strings.ContainsFunc(key.Name, func(r rune) bool { return r >= 'a' })
}

// named tells a name of DNS: one label, or several where dots may be (RFC 1123).
func named(s string, dots bool) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		case (c == '-' || c == '.' && dots) && i > 0 && i < len(s)-1:
		default:
			return false
		}
	}
	return true
}

// mention enters what the templates of an object and of its pods mention. Those Secrets that are there are judged anew where that
// changes; others are not in the inventory for it.
func (a *Analyser) mention(n *namer) {
	var now []title
	add := func(s *sheet) {
		for _, h := range s.mentions.near {
			now = append(now, title{n.ref.Namespace, h})
		}
		for _, h := range s.mentions.far {
			now = append(now, title{"", h})
		}
	}
	if n.own != nil {
		add(n.own)
	}
	for i := range n.shown {
		add(n.shown[i].sheet)
	}
	inorder.Sort(now, title.compare)
	now = slices.Compact(now)
	touch := func(t title) {
		if it := a.titled[t]; it != nil {
			a.item(it.key)
		}
	}
	for _, t := range n.mentioned {
		if _, ok := slices.BinarySearchFunc(now, t, title.compare); ok {
			continue
		}
		list := slices.DeleteFunc(a.mentioning[t], func(o *namer) bool { return o == n })
		if a.mentioning[t] = list; len(list) == 0 {
			delete(a.mentioning, t)
		}
		touch(t)
	}
	for _, t := range now {
		if _, ok := slices.BinarySearchFunc(n.mentioned, t, title.compare); !ok {
			a.mentioning[t] = append(a.mentioning[t], n)
			touch(t)
		}
	}
	n.mentioned = slices.Clip(now)
}

// mentionsOf lists where this object mentions a Secret: in its own template, or in that of one of its pods.
func (a *Analyser) mentionsOf(c *cluster.Cluster, n *namer, key types.NamespacedName) []Reference {
	titles := a.titles(key)
	from := func(s *sheet, t record.Template) (l []Reference) {
		_, near := slices.BinarySearch(s.mentions.near, titles[0].hash)
		if _, far := slices.BinarySearch(s.mentions.far, titles[1].hash); !near && !far {
			return nil
		}
		mentioned(&t.Decode().Spec, func(path, text string) {
			ref := Reference{From: n.ref, How: ByText, Path: n.prefix() + path}
			if k, ok := mention(n.ref.Namespace, text); ok && k == key && !slices.Contains(l, ref) {
				l = append(l, ref)
			}
		})
		return l
	}
	if own, ok := a.owns[n.ref]; ok {
		if l := from(own.sheet, own.template); l != nil {
			return l
		}
	}
	var best []Reference
	for p := range c.Pods(n.ref) {
		m := a.members[keyOf(p.Ref())]
		if m == nil {
			continue
		}
		// Which of several templates is told must not hang on the order of pods.
		if l := from(m.sheet, m.template); l != nil && (best == nil || slices.CompareFunc(l, best, compareReferences) < 0) {
			best = l
		}
	}
	return best
}
