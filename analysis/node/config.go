package node

import (
	"strings"

	"sigs.k8s.io/yaml"

	"canopy/model/cluster"
	"canopy/model/record"
)

// settings are the configuration of kubelets as it is known for one or for all.
type settings struct {
	Verdict
	config *record.KubeletConfig
}

// configMost bounds the text of a configuration that is read, in bytes.
const configMost = 256 << 10

// ask is what makes an unknown configuration known.
const ask = "not readable without nodes/proxy: O on the screen of nodes asks, or --kubelet-config"

// judgeConfig judges a configuration. Defaults are those of the kubelet's configuration file: k8s.io/kubelet/config/v1beta1.
func judgeConfig(c *record.KubeletConfig) (State, string) {
	var grave, mild []string
	if isTrue(c.Anonymous) {
		grave = append(grave, "anonymous requests are let in")
	}
	if c.Authorization == "AlwaysAllow" {
		grave = append(grave, "authorization is AlwaysAllow")
	}
	if c.ReadOnlyPort != nil && *c.ReadOnlyPort != 0 {
		grave = append(grave, "the read-only port "+number(int64(*c.ReadOnlyPort))+" is open")
	}
	if !isTrue(c.RotateCertificate) {
		mild = append(mild, "certificates are not rotated")
	}
	if c.ProtectKernel != nil && !*c.ProtectKernel {
		mild = append(mild, "protectKernelDefaults is off")
	}
	if t := strings.TrimSpace(c.StreamingIdle); t != "" && strings.Trim(t, "0hms.") == "" {
		mild = append(mild, "streaming connections never time out")
	}
	if c.EventRecordQPS != nil && *c.EventRecordQPS == 0 {
		mild = append(mild, "events are not limited (eventRecordQPS 0)")
	}
	says := strings.Join(append(grave, mild...), "; ")
	switch {
	case len(grave) > 0:
		return Overdue, says
	case len(mild) > 0:
		return Due, says
	}
	return OK, "no anonymous requests, no read-only port, certificates are rotated"
}

func isTrue(b *bool) bool { return b != nil && *b }

// asked judges what a kubelet has said itself.
func asked(k *record.KubeletFacts) settings {
	s := settings{Verdict: Verdict{Topic: Config, Source: "the kubelet, asked", Date: dated(k.Read)}}
	if k.Failed != "" {
		s.State, s.Detail = NoData, "the kubelet was asked: "+brief(k.Failed)
		return s
	}
	s.config = &k.Config
	s.State, s.Detail = judgeConfig(s.config)
	return s
}

// shared judges what kubeadm gives to all kubelets.
func shared(c *record.ConfigMap) settings {
	s := settings{Verdict: Verdict{Topic: Config, State: NoData, Source: "ConfigMap kube-system/kubelet-config", Date: dated(c.Since())}}
	text, ok := c.Facts["kubelet"]
	if !ok || len(text) > configMost {
		s.Detail = "its ConfigMap holds none that can be read; " + ask
		return s
	}
	json, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		s.Detail = "its ConfigMap is no YAML; " + ask
		return s
	}
	config, err := record.ReadKubelet(json)
	if err != nil {
		s.Detail = "its ConfigMap holds no configuration that can be read; " + ask
		return s
	}
	s.config = &config
	s.State, s.Detail = judgeConfig(s.config)
	s.Detail += "; as kubeadm gives it to all, a node may differ"
	return s
}

// assess adds what a report says of the node.
func (s settings) assess(r *record.Assessment) settings {
	report := Verdict{Topic: Config, State: OK, Detail: "no check of trivy-operator failed", Source: "trivy-operator", Date: dated(r.Scanned)}
	if len(r.Failed) > 0 {
		report.State = Due
		var names []string
		for i, c := range r.Failed {
			if i < most {
				names = append(names, brief(c.ID+" "+c.Title))
			}
			if c.Severity == "critical" || c.Severity == "high" {
				report.State = Overdue
			}
		}
		report.Detail = plural(len(r.Failed), "check", "checks") + " of trivy-operator failed: " + strings.Join(names, ", ")
	}
	if s.State == NoData {
		s.Verdict = report
		return s
	}
	s.State = worse(s.State, report.State)
	s.Detail += "; " + report.Detail
	s.Source += ", " + report.Source
	s.Date = min(s.Date, report.Date)
	return s
}

// settingsOf gives the configuration of a node by the best source there is: its kubelet's own word, else what is given to all.
func (r *round) settingsOf(name string) settings {
	s := r.kubelets[name]
	if s.config == nil {
		own := s
		s = r.common
		switch {
		case s.Topic == "":
			s.Verdict = Verdict{Topic: Config, State: NoData, Detail: ask}
			if reason := r.unseen(configMaps); reason != "" {
				s.Detail = reason + "; " + ask
			}
			if own.Topic != "" {
				s.Verdict = own.Verdict
			}
		case own.Topic != "":
			s.Detail += "; " + own.Detail
		}
	}
	if report := r.assessments[name]; report != nil {
		s = s.assess(report)
	}
	return s
}

// updateConfig takes what is given to all kubelets, and whether Cilium stands in for kube-proxy.
func (a *Analyser) updateConfig(d cluster.Delta) {
	if d.Ref.Namespace != "kube-system" {
		return
	}
	_, now := cluster.Cast[*record.ConfigMap](d)
	switch d.Ref.Name {
	case "kubelet-config":
		a.common = settings{}
		if now != nil {
			a.common = shared(now)
		}
		a.dirty.all = true
	case "cilium-config":
		replaced := false
		if now != nil {
			switch strings.ToLower(now.Facts["kube-proxy-replacement"]) {
			case "true", "strict":
				replaced = true
			}
		}
		if replaced != a.replaced {
			a.replaced, a.dirty.all = replaced, true
		}
	}
}
