package detect

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
)

// container looks at all of a container that holds text.
func (d *Detector) container(found []model.Exposure, list string, n int, c *corev1.Container) []model.Exposure {
	v := visit{look: look{d: d, container: c.Name}, found: found}
	v.steps = append(make([]step, 0, 8), step{kind: aKey, key: list}, step{kind: anItem, n: n})
	for i := range c.Env {
		if e := &c.Env[i]; e.ValueFrom == nil {
			v.literal = true
			v.value(e.Name, e.Value, place{"env", i}, place{"value", -1})
			v.literal = false
		}
	}
	// What a flag in the arguments means depends on the program that the command names.
	args := argv{}
	v.words(&args, c.Command, place{"command", -1})
	v.words(&args, c.Args, place{"args", -1})
	v.probe(c.LivenessProbe, place{"livenessProbe", -1})
	v.probe(c.ReadinessProbe, place{"readinessProbe", -1})
	v.probe(c.StartupProbe, place{"startupProbe", -1})
	if c.Lifecycle != nil {
		v.hook(c.Lifecycle.PostStart, place{"lifecycle", -1}, place{"postStart", -1})
		v.hook(c.Lifecycle.PreStop, place{"lifecycle", -1}, place{"preStop", -1})
	}
	return v.found
}

// List looks at a list of texts out of an object of any type, each of which may say what the one behind it is: args, command. Name is what
// the list goes by, and path where it stands; paths of what is found end with the index. Before are the texts that came before the list, of
// which the meaning of flags depends: the command, for a list of arguments. In them nothing is looked for.
func (d *Detector) List(path, name string, list, before []string) []model.Exposure {
	args := argv{name: name, items: true}
	for _, w := range before {
		args.next(&look{d: d}, w)
	}
	args.pending, args.last, args.earlier = "", "", ""
	var found []model.Exposure
	for i, w := range list {
		l := look{d: d, base: path + "[" + strconv.Itoa(i) + "]"}
		if args.next(&l, w); l.seen == 0 && len(w) >= shortest {
			l.whole(name, w)
		}
		found = append(found, l.result(name, w)...)
	}
	return found
}

// place is one field on the way to a value, with the index in it; below 0 is none.
type place struct {
	field string
	index int
}

// visit is the look at one container.
type visit struct {
	look
	found []model.Exposure
}

// enter goes to a field, and gives the way back.
func (v *visit) enter(way []place) func() {
	n := len(v.steps)
	for _, p := range way {
		v.push(step{kind: aKey, key: p.field})
		if p.index >= 0 {
			v.push(step{kind: anItem, n: p.index})
		}
	}
	return func() { v.steps = v.steps[:n] }
}

func (v *visit) value(name, value string, way ...place) {
	if len(value) < shortest {
		return
	}
	defer v.enter(way)()
	v.whole(name, value)
	v.take(name, value)
}

// take keeps what one value gave, and begins anew.
func (v *visit) take(name, value string) {
	if v.seen == 0 {
		return
	}
	if v.over {
		v.base = v.path("")
	}
	v.found = append(v.found, v.result(name, value)...)
	v.look.found, v.base, v.seen, v.over = nil, "", 0, false
}

// words looks at a list of arguments.
func (v *visit) words(args *argv, words []string, way ...place) {
	if len(words) == 0 {
		return
	}
	args.pending, args.last = "", ""
	defer v.enter(way)()
	v.push(step{kind: anItem})
	for i, w := range words {
		v.steps[len(v.steps)-1].n = i
		args.next(&v.look, w)
		v.take("", w)
	}
}

func (v *visit) probe(p *corev1.Probe, way ...place) {
	if p == nil {
		return
	}
	defer v.enter(way)()
	if p.Exec != nil {
		v.words(&argv{}, p.Exec.Command, place{"exec", -1}, place{"command", -1})
	}
	v.get(p.HTTPGet)
}

func (v *visit) hook(h *corev1.LifecycleHandler, way ...place) {
	if h == nil {
		return
	}
	defer v.enter(way)()
	if h.Exec != nil {
		v.words(&argv{}, h.Exec.Command, place{"exec", -1}, place{"command", -1})
	}
	v.get(h.HTTPGet)
}

// get looks at a request over HTTP.
func (v *visit) get(g *corev1.HTTPGetAction) {
	if g == nil {
		return
	}
	defer v.enter([]place{{"httpGet", -1}})()
	v.value("", g.Path, place{"path", -1})
	v.value("", g.Host, place{"host", -1})
	for i := range g.HTTPHeaders {
		h := &g.HTTPHeaders[i]
		v.value(h.Name, h.Value, place{"httpHeaders", i}, place{"value", -1})
	}
}
