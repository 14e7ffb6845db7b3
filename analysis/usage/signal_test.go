package usage

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

const start = 1_800_000_000

var now = time.Unix(start+30*60, 0)

// line is a series with a sample every thirty seconds, the newest at start+1800.
func line(cpu ...int64) *model.Series {
	var samples []model.Sample
	for i, v := range cpu {
		samples = append(samples, model.Sample{At: start + 1800 - 30*int64(len(cpu)-1-i), CPU: v, Memory: 1 << 20})
	}
	return model.NewSeries(samples...)
}

// times repeats a figure.
func times(n int, v int64) []int64 { return slices.Repeat([]int64{v}, n) }

func concat(parts ...[]int64) *model.Series { return line(slices.Concat(parts...)...) }

// world is what a case is about: containers by "namespace/pod/container", and facts by "namespace/pod".
type world struct {
	series map[string]*model.Series
	nodes  map[string]*model.Series
	facts  map[string]Facts
	// gone are containers of pods that went away meanwhile.
	gone map[string]*model.Series
	// forgotten tells that nobody has kept what was used in namespaces.
	forgotten bool
}

func (w world) usage() *model.Usage {
	u := &model.Usage{State: model.UsageGood, Asked: now, Nodes: w.nodes, Pods: map[types.NamespacedName]*model.PodUsage{}}
	for place, s := range w.series {
		parts := strings.Split(place, "/")
		name := types.NamespacedName{Namespace: parts[0], Name: parts[1]}
		if u.Pods[name] == nil {
			u.Pods[name] = &model.PodUsage{Containers: map[string]*model.Series{}}
		}
		u.Pods[name].Containers[parts[2]] = s
	}
	if !w.forgotten {
		u.Namespaces = w.used()
	}
	return u
}

// used is what a meter would have kept of namespaces: a round is whenever something was measured.
func (w world) used() *model.NamespaceUse {
	rounds := map[int64]map[string]int64{}
	for _, all := range []map[string]*model.Series{w.series, w.gone} {
		for place, s := range all {
			namespace, _, _ := strings.Cut(place, "/")
			for _, x := range s.All() {
				if rounds[x.At] == nil {
					rounds[x.At] = map[string]int64{}
				}
				rounds[x.At][namespace] = max(rounds[x.At][namespace], x.CPU)
			}
		}
	}
	var u *model.NamespaceUse
	for _, at := range slices.Sorted(maps.Keys(rounds)) {
		u = u.Round(at, rounds[at], true, 1000)
	}
	return u
}

// before is a series that ended so many rounds ago.
func before(rounds int, cpu ...int64) *model.Series {
	var samples []model.Sample
	for _, x := range line(cpu...).All() {
		x.At -= 30 * int64(rounds)
		samples = append(samples, x)
	}
	return model.NewSeries(samples...)
}

func (w world) factsOf(name types.NamespacedName) (Facts, bool) {
	f, ok := w.facts[name.String()]
	return f, ok
}

func (w world) kinds() []string {
	var kinds []string
	for _, s := range Signals(w.usage(), w.factsOf, now) {
		kinds = append(kinds, s.Kind+" "+s.Pod.String()+"/"+s.Container)
	}
	return kinds
}

// one is a world of one container, beside which others were always busy.
func one(s *model.Series, c Container) world {
	return world{series: map[string]*model.Series{"a/p/c": s},
		facts: map[string]Facts{"a/p": {Node: "n", Containers: map[string]Container{"c": c}}}}
}

func suspect() Container {
	return Container{Image: "docker.io/x/y:latest", Public: true, TagOnly: true, Open: true}
}

func with(f func(*Container)) Container {
	c := suspect()
	f(&c)
	return c
}

// TestSignals holds for every signal the smallest history that gives it, and its nearest neighbours that do not.
func TestSignals(t *testing.T) {
	quiet := Container{Image: "registry.example/x@sha256:0"}
	busy := world{series: map[string]*model.Series{"a/p/c": line(times(10, 1500)...), "b/q/c": line(times(10, 1600)...)},
		facts: map[string]Facts{"a/p": {Node: "n", Containers: map[string]Container{"c": suspect()}}, "b/q": {Node: "n", Containers: map[string]Container{"c": quiet}}}}
	elsewhere := world{series: busy.series, facts: maps.Clone(busy.facts)}
	elsewhere.facts["b/q"] = Facts{Node: "m", Containers: map[string]Container{"c": quiet}}
	crowded := func(cpu, other int64) world {
		w := world{series: map[string]*model.Series{"a/p/c": line(times(10, cpu)...), "b/q/c": line(times(10, other)...)}, facts: busy.facts}
		return w
	}
	of := func(cpu int64, c Container) world {
		w := one(line(times(10, 1500)...), c)
		w.facts["a/p"] = Facts{Node: "n", NodeCPU: cpu, Containers: map[string]Container{"c": c}}
		return w
	}
	egress := func(open bool) world {
		w := one(line(times(10, 1500)...), with(func(c *Container) { c.Open = false }))
		f := w.facts["a/p"]
		f.Egress = func() bool { return open }
		w.facts["a/p"] = f
		return w
	}
	started := func(at int64) world {
		w := one(line(times(10, 1500)...), suspect())
		f := w.facts["a/p"]
		f.Started = at
		w.facts["a/p"] = f
		return w
	}
	// another pod was measured for so long before, beside a namespace with this series.
	beside := func(n int, s *model.Series) world {
		return world{series: map[string]*model.Series{"a/p/c": s, "z/z/z": line(times(n, 1)...)}}
	}
	stranger := func(n int, cpu int64) world {
		w := one(line(times(n, 20)...), quiet)
		w.series["a/p/other"] = line(times(n, cpu)...)
		return w
	}
	ephemeral := func(n int, cpu int64) world {
		return one(line(times(n, cpu)...), Container{Ephemeral: true, Limits: Limits{CPULimit: 1e6}})
	}
	limited := func(limit int64) Container { return Container{Limits: Limits{CPULimit: limit}} }
	for name, c := range map[string]struct {
		world
		want string
	}{
		"flat":                      {one(line(times(10, 800)...), suspect()), "flat a/p/c"},
		"flat, a little uneven":     {one(line(1500, 1550, 1450, 1500, 1520, 1480, 1500, 1600, 1400, 1500), suspect()), "flat a/p/c"},
		"flat after a start":        {one(concat([]int64{3000, 100, 2600}, times(10, 1500)), suspect()), "flat a/p/c"},
		"nine samples":              {one(line(times(9, 800)...), suspect()), ""},
		"just under eight tenths":   {crowded(799, 800), ""},
		"it has ended":              {one(concat(times(10, 1500), []int64{10}), suspect()), ""},
		"uneven":                    {one(line(800, 1600, 900, 1700, 850, 1500, 1000, 1800, 900, 1200), suspect()), ""},
		"limited":                   {one(line(times(10, 1500)...), with(func(c *Container) { c.Limits.CPULimit = 4000 })), ""},
		"own registry":              {one(line(times(10, 1500)...), with(func(c *Container) { c.Public = false })), ""},
		"by digest":                 {one(line(times(10, 1500)...), with(func(c *Container) { c.TagOnly = false })), ""},
		"the way out shut":          {one(line(times(10, 1500)...), with(func(c *Container) { c.Open = false })), ""},
		"the way out asked, open":   {egress(true), "flat a/p/c"},
		"the way out asked, shut":   {egress(false), ""},
		"no facts":                  {world{series: map[string]*model.Series{"a/p/c": line(times(10, 1500)...)}}, ""},
		"another uses more":         {busy, "flat a/p/c"},
		"more on another node":      {elsewhere, "flat a/p/c"},
		"four threads of 32 cores":  {of(32000, suspect()), "flat a/p/c"},
		"the top of its node":       {one(line(times(10, 500)...), suspect()), "flat a/p/c"},
		"just under half a core":    {one(line(times(10, 499)...), suspect()), ""},
		"half a core, not the top":  {crowded(500, 501), ""},
		"half a core, as the other": {crowded(500, 500), "flat a/p/c"},
		"of no node that is known":  {world{series: map[string]*model.Series{"a/p/c": line(times(10, 799)...)}, facts: map[string]Facts{"a/p": {Containers: map[string]Container{"c": suspect()}}}}, ""},
		"started in time":           {started(start + 1800 - 9*30), "flat a/p/c"},
		"an older pod of that name": {started(start + 1800 - 8*30), ""},
		"a gap": {one(model.NewSeries(slices.Concat(line(times(10, 1500)...).All(), []model.Sample{{At: start + 2500, CPU: 1500}})...),
			suspect()), ""},

		"saturated":            {one(line(times(10, 95)...), limited(100)), "saturated a/p/c"},
		"saturated, over":      {one(line(times(10, 510)...), limited(500)), "saturated a/p/c"},
		"not quite":            {one(line(times(10, 94)...), limited(100)), ""},
		"nine at the limit":    {one(concat([]int64{90}, times(9, 100)), limited(100)), ""},
		"no limit to be at":    {one(line(times(10, 100)...), Container{}), ""},
		"a limit of one":       {one(line(times(10, 1)...), limited(1)), "saturated a/p/c"},
		"zero of a tiny limit": {one(line(times(10, 0)...), limited(1)), ""},

		"risen":               {one(concat(times(10, 50), times(10, 251)), quiet), "risen a/p/c"},
		"risen from nothing":  {one(concat(times(10, 9), times(10, 201)), quiet), "woken a/p/c, risen a/p/c"},
		"risen, long ago":     {one(concat(times(10, 50), times(40, 600)), quiet), "risen a/p/c"},
		"five times, no more": {one(concat(times(10, 50), times(10, 250)), quiet), ""},
		"a job of minutes":    {one(concat(times(20, 50), times(9, 900)), quiet), ""},
		"nine calm ones":      {one(concat(times(9, 50), times(10, 900)), quiet), ""},
		"little":              {one(concat(times(10, 10), times(10, 200)), quiet), ""},
		"up and down":         {one(concat(times(10, 50), []int64{900, 900, 60}, times(9, 900)), quiet), ""},
		"not calm before":     {one(concat(times(10, 50), []int64{900, 50, 50, 50}, times(10, 900)), quiet), ""},

		"woken":               {beside(15, line(times(5, 50)...)), "woken a/p/c"},
		"woken, was idle":     {beside(15, concat(times(10, 9), times(5, 50))), "woken a/p/c"},
		"measured too short":  {beside(14, line(times(5, 50)...)), ""},
		"used before":         {beside(15, concat([]int64{10}, times(9, 0), times(5, 50))), ""},
		"four samples of use": {beside(15, line(times(4, 50)...)), ""},
		"little use":          {beside(15, line(times(5, 49)...)), ""},
		// Nodes and pods are permitted apart: what pods used before these were measured, nobody knows.
		"nodes were measured for longer": {world{series: map[string]*model.Series{"a/p/c": line(times(5, 50)...)}, nodes: map[string]*model.Series{"n": line(times(15, 900)...)}}, ""},
		"a rollout":                      {world{series: map[string]*model.Series{"a/new/c": line(times(5, 300)...)}, gone: map[string]*model.Series{"a/old/c": before(5, times(20, 300)...)}}, ""},
		"a rollout where all was idle":   {world{series: map[string]*model.Series{"a/new/c": line(times(5, 300)...)}, gone: map[string]*model.Series{"a/old/c": before(5, times(20, 3)...)}}, "woken a/new/c"},
		"a rollout elsewhere":            {world{series: map[string]*model.Series{"a/new/c": line(times(5, 300)...)}, gone: map[string]*model.Series{"b/old/c": before(5, times(20, 300)...)}}, "woken a/new/c"},
		"nobody kept what was used":      {world{series: beside(15, line(times(5, 50)...)).series, forgotten: true}, ""},
		"always busy, no others":         {world{series: map[string]*model.Series{"a/p/c": line(times(15, 50)...)}}, ""},
		"another pod there was busy": {world{series: map[string]*model.Series{"a/p/c": line(times(5, 50)...), "a/q/c": line(times(20, 20)...)}},
			""},

		"stranger":               {stranger(3, 0), "stranger a/p/other"},
		"new in its spec, maybe": {stranger(2, 900), ""},
		"no spec is known":       {world{series: map[string]*model.Series{"a/p/c": line(times(10, 20)...)}, facts: map[string]Facts{"a/p": {}}}, ""},
		"ephemeral":              {ephemeral(10, 100), "stranger a/p/c"},
		"ephemeral, idle":        {ephemeral(10, 99), ""},
		"ephemeral, short":       {ephemeral(9, 900), ""},

		"miner":            {one(line(0), Container{Args: "--donate-level"}), "miner a/p/c"},
		"miner, no usage":  {one(nil, Container{Args: "--donate-level"}), ""},
		"nothing measured": {world{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(c.kinds(), ", "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestSays holds what signals say, in which order they stand, and what they rest on.
func TestSays(t *testing.T) {
	owner := model.Ref{Group: "apps", Kind: "Deployment", Namespace: "a", Name: "p"}
	miner := suspect()
	miner.Args = Miner([]string{"-o", "stratum+tcp://pool.example:3333"})
	w := world{
		series: map[string]*model.Series{"a/p/c": line(times(14, 1912)...), "a/p/x": line(times(3, 7)...),
			"b/q/c": concat(times(20, 100), times(10, 1250)), "d/r/c": line(times(12, 490)...), "e/s/c": concat(times(10, 0), times(10, 800)),
			"a/z/c": line(times(30, 20)...), "d/z/c": line(times(30, 20)...)},
		facts: map[string]Facts{
			"a/p": {Owner: owner, Node: "n", NodeCPU: 16000, Containers: map[string]Container{"c": miner}},
			"d/r": {Node: "n", Containers: map[string]Container{"c": {Limits: Limits{CPULimit: 500}}}},
		},
	}
	var got []string
	all := Signals(w.usage(), w.factsOf, now)
	for _, s := range all {
		got = append(got, s.Kind+": "+s.Says)
		if strings.Contains(s.Says, "mining") {
			t.Errorf("claims too much: %s", s.Says)
		}
	}
	want := []string{
		"miner: suspicious arguments, as miners take them: stratum+tcp:// address, pool port 3333; it uses 1912m",
		"stranger: suspicious: 7m over 3 samples (60 s) in a container that stands in no spec of the pod",
		"flat: suspicious: a steady 1912m (11 % of its node) over 14 samples (7 min) without a CPU limit, by docker.io/x/y:latest, a public image named by tag alone, which may talk to any address outside",
		"woken: suspicious: 800m over 10 samples (5 min) in a namespace where nothing was used before",
		"risen: suspicious: 1250m over 10 samples (5 min), 12 times the 100m that was usual before",
		"risen: suspicious: 800m over 10 samples (5 min) where nothing was used before",
		"saturated: at its CPU limit: 490m of 500m limit (98 %), over 12 samples (6 min)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if f := all[2]; f.Owner != owner || f.Samples != 14 || f.Since != start+1800-13*30 || f.CPU != 1912 {
		t.Errorf("%+v", f)
	}
	if got := Signals(w.usage(), w.factsOf, now.Add(Stale+time.Second)); got != nil {
		t.Errorf("told long after the last answer: %v", got)
	}
	if Signals(nil, w.factsOf, now) != nil {
		t.Error("nothing says something")
	}
}

// TestEgressIsAskedSeldom asks whether the way out is open of none on whom nothing hangs on it.
func TestEgressIsAskedSeldom(t *testing.T) {
	w := world{series: map[string]*model.Series{}, facts: map[string]Facts{}}
	asked := 0
	for name, c := range map[string]Container{"own": {TagOnly: true}, "digest": {Public: true}, "limited": {Public: true, TagOnly: true, Limits: Limits{CPULimit: 5000}},
		"idle": {Public: true, TagOnly: true}, "suspect": {Public: true, TagOnly: true}} {
		cpu := int64(1500)
		if name == "idle" {
			cpu = 100
		}
		w.series["a/"+name+"/c"] = line(times(10, cpu)...)
		w.facts["a/"+name] = Facts{Containers: map[string]Container{"c": c}, Egress: func() bool { asked++; return true }}
	}
	if got := w.kinds(); len(got) != 1 || got[0] != "flat a/suspect/c" || asked != 1 {
		t.Errorf("%v, asked %d times", got, asked)
	}
}
