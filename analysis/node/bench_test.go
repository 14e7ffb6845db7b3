package node

import (
	"fmt"
	"testing"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// many is a cluster of nodes in ten pools, with kube-proxy, a report and a certificate of each, and a few of them behind.
func many(b *testing.B, n int) []model.Record {
	var list []model.Record
	from := today().at.AddDate(0, -1, 0)
	add := func(text string) { list = append(list, read(b, text)...) }
	for i := range n {
		m := machine{name: fmt.Sprintf("n%05d", i), labels: fmt.Sprintf("eks.amazonaws.com/nodegroup: g%d, kubernetes.io/arch: amd64, topology.kubernetes.io/zone: z%d", i%10, i%3), kubelet: "v1.36.6-eks-1a"}
		switch i % 50 {
		case 0:
			m.kubelet, m.os, m.kernel = "v1.33.4-eks-2b", "Ubuntu 20.04.6 LTS", "5.4.0-216-generic"
		case 1:
			m.kernel = "6.8.0-71-generic"
		}
		add(m.String())
		add(proxy(m.name, "v1.36.6"))
		add(request(b, "csr-"+m.name, "kubernetes.io/kubelet-serving", "system:node:"+m.name, from, from.AddDate(1, 0, 0)))
		report := &record.Assessment{OfKind: "Node", OfName: m.name, Scanned: from.Unix(), Failed: []record.Check{{ID: "KCV0079", Title: "anonymous-auth", Severity: "critical"}}}
		report.Meta = record.Meta{Kind: model.KindByName("ClusterInfraAssessmentReport"), Name: "node-" + m.name}
		list = append(list, report)
	}
	return list
}

type nobody struct{}

func (nobody) Put(*model.Finding) {}
func (nobody) Drop(string)        {}

func build5000(b *testing.B) (*ward, []model.Record) {
	w := newWard(b, "v1.36.6-eks-1a")
	list := many(b, 5000)
	for _, r := range list {
		w.c.Apply(model.Put(r))
	}
	return w, list
}

// BenchmarkNodes reads 5,000 nodes at once: at most 100 ms.
func BenchmarkNodes(b *testing.B) {
	w, list := build5000(b)
	b.ReportAllocs()
	for b.Loop() {
		a := w.analyser()
		for _, r := range list {
			a.Update(w.c, cluster.Delta{Ref: r.Ref(), New: r})
		}
		a.Flush(w.c, nobody{})
		if len(a.Nodes()) != 5000 {
			b.Fatal(len(a.Nodes()))
		}
	}
}

// BenchmarkNode changes one of 5,000 nodes: at most 0.1 ms.
func BenchmarkNode(b *testing.B) {
	w, list := build5000(b)
	a := w.analyser()
	for _, r := range list {
		a.Update(w.c, cluster.Delta{Ref: r.Ref(), New: r})
	}
	a.Flush(w.c, nobody{})
	var two [2]model.Record
	for i, kernel := range []string{"6.8.0-80-generic", "6.8.0-94-generic"} {
		two[i] = read(b, machine{name: "n00007", labels: "eks.amazonaws.com/nodegroup: g7", kernel: kernel, kubelet: "v1.36.6-eks-1a"}.String())[0]
	}
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		a.Update(w.c, cluster.Delta{Ref: two[0].Ref(), Old: two[i%2], New: two[(i+1)%2]})
		a.Flush(w.c, nobody{})
		i++
	}
}

// BenchmarkReport changes the report on one of 5,000 nodes: at most 0.1 ms.
func BenchmarkReport(b *testing.B) {
	w, list := build5000(b)
	a := w.analyser()
	for _, r := range list {
		a.Update(w.c, cluster.Delta{Ref: r.Ref(), New: r})
	}
	a.Flush(w.c, nobody{})
	var two [2]*record.Assessment
	for i, r := range list {
		if report, ok := r.(*record.Assessment); ok && i > len(list)/2 {
			next := *report
			next.Failed = nil
			two = [2]*record.Assessment{report, &next}
			break
		}
	}
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		a.Update(w.c, cluster.Delta{Ref: two[0].Ref(), Old: two[i%2], New: two[(i+1)%2]})
		a.Flush(w.c, nobody{})
		i++
	}
}

// BenchmarkUnconcerned changes what nobody here reads.
func BenchmarkUnconcerned(b *testing.B) {
	w, list := build5000(b)
	a := w.analyser()
	for _, r := range list {
		a.Update(w.c, cluster.Delta{Ref: r.Ref(), New: r})
	}
	a.Flush(w.c, nobody{})
	before := a.Version()
	b.ReportAllocs()
	for b.Loop() {
		a.Update(w.c, cluster.Delta{Ref: list[0].Ref(), Old: list[0], New: list[0]})
		a.Flush(w.c, nobody{})
	}
	if a.Version() != before {
		b.Fatal("something has changed")
	}
}
