package nodes

import (
	"strings"

	"canopy/analysis/lifecycle"
	"canopy/analysis/node"
	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/page"
)

// teller writes texts about nodes.
type teller struct {
	*page.Page
	shared *view.Shared
}

// most bounds the lists of a text; the rest is counted.
const most = 40

// say adds an entry where there is something to say.
func (t *teller) say(word, text string) {
	if text != "" {
		t.Entry(word, t.In(t.Ink.Text, text))
	}
}

// node tells of a node: its verdicts, and what it is.
func (t *teller) node(n *node.Node, i *item) {
	t.Para(t.In(t.Ink.Strong, n.Ref.Name) + t.In(styleOf(&t.shared.Theme, i.state), "  "+signOf(i.state)[:2]+spelled(i.state)))
	t.Gap()
	for k := range i.signals {
		t.Para(t.In(t.Ink.Warn, suspicious+": ") + t.In(t.Ink.Text, kindName(i.signals[k].Kind)+", "+podName(i.signals[k].Pod, i.signals[k].Container)))
	}
	if len(i.signals) > 0 {
		t.Para(t.In(t.Ink.Faint, "a suspicion, and no proof: the list "+podsName+" of the node has it first, and "+usageName+" says why"))
		t.Gap()
	}
	t.verdicts(n.Verdicts)
	t.Gap()
	t.say("KUBELET", n.Kubelet)
	t.say("PROXY", n.Proxy)
	t.say("RUNTIME", n.Runtime)
	t.say("SYSTEM", strings.Join(filled(n.OS, n.Kernel, n.Arch), ", "))
	t.say("POOL", n.Pool)
	t.say("ROLES", strings.Join(n.Roles, ", "))
	t.say("OF", n.Provider)
	if words := standing(n); len(words) > 0 {
		t.Entry("STATE", t.In(t.Ink.Warn, strings.Join(words, ", ")))
	}
	t.say("PODS", i.counted)
	if i.cpu != unknown {
		t.say("USES", i.cpu+" CPU, "+i.memory+" memory")
	}
	t.say("CREATED", i.created)
	if at := t.shared.Moment(n.Booted); at != "" {
		t.say("BOOTED", at+", seen while watching")
	}
}

func filled(list ...string) []string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// verdicts tells each with its state, the worst first, and what it rests on.
func (t *teller) verdicts(list []node.Verdict) {
	if len(list) == 0 {
		t.Para(t.In(t.Ink.Faint, "nothing was judged"))
	}
	all := states()
	for k := len(all) - 1; k >= 0; k-- {
		for i := range list {
			if list[i].State == all[k] {
				t.verdict(&list[i])
			}
		}
	}
}

func (t *teller) verdict(v *node.Verdict) {
	style := styleOf(&t.shared.Theme, v.State)
	t.Para(t.In(style, signOf(v.State)[:2]) + t.In(t.Ink.Strong, string(v.Topic)) + t.In(style, " "+signOf(v.State)[2:]))
	if v.Detail != "" {
		t.Hang("  ", "  ", t.In(t.Ink.Text, v.Detail))
	}
	if from := dated(v.Source, v.Date); from != "" {
		t.Hang("  ", "  ", t.In(t.Ink.Faint, from))
	}
}

// plane tells of the control plane.
func (t *teller) plane(p *node.Plane) {
	t.Para(t.In(t.Ink.Strong, planeName))
	t.Gap()
	t.verdicts(p.Verdicts)
	t.Gap()
	if p.Hidden {
		t.Entry("PARTS", t.In(t.Ink.Faint, hiding(p)))
	}
	for i := range p.Parts {
		word := ""
		if i == 0 && !p.Hidden {
			word = "PARTS"
		}
		if i == most {
			t.Entry("", t.In(t.Ink.Faint, "and "+view.Count(len(p.Parts)-most, "more part")))
			break
		}
		t.Entry(word, t.part(&p.Parts[i]))
	}
}

// hiding says why no API server is listed as a pod, and who tells versions then.
func hiding(p *node.Plane) string {
	for i := range p.Parts {
		if at := &p.Parts[i]; at.Component == lifecycle.APIServer && at.Version.Provider == "k3s" {
			return "no API server is seen as a pod: in k3s it is in one program with the kubelet of each server, so the kubelets of the servers tell the versions; below stands the one that answers"
		}
	}
	return "no API server is seen as a pod: a provider runs it, or it is no pod; only the version that it answers is known"
}

func (t *teller) part(p *node.Part) string {
	drawn := t.In(t.Ink.Text, p.Component+" ")
	if p.Known {
		drawn += t.In(t.Ink.Text, p.Raw)
	} else {
		drawn += t.In(t.Ink.Warn, strings.TrimSuffix("version not known: "+p.Reason, ": "))
	}
	if p.Node != "" {
		drawn += t.In(t.Ink.Faint, " on "+p.Node)
	}
	return drawn
}

// findings lists what was found.
func (t *teller) findings(list []*model.Finding) {
	if len(list) > 0 {
		t.Gap()
	}
	word := "FOUND"
	for i, f := range list {
		if i == most {
			t.Entry("", t.In(t.Ink.Faint, "and "+view.Count(len(list)-most, "more finding")))
			return
		}
		t.Entry(word, t.In(t.Ink.Severity(f.Severity), f.Severity.Letter())+t.In(t.Ink.Text, " "+f.Rule.ID+" "+f.Rule.Title))
		word = ""
	}
}
