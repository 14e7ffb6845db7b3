package minimal

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"canopy/analysis/network/networktest"
	"canopy/model"
)

func TestZZDump(t *testing.T) {
	out := os.Getenv("ZZ_OUT")
	if out == "" {
		t.Skip()
	}
	f, _ := os.Create(out)
	defer f.Close()
	for seed := range uint64(1500) {
		r := rand.New(rand.NewPCG(seed, 7))
		w := randomTown(t, r)
		s := Look(w.c)
		flows := randomFlows(r, s)
		q := Question{Namespace: "a", Acts: [2]bool{r.IntN(3) > 0, true}, Flows: read(t, flows)}
		if r.IntN(2) == 0 {
			owners := s.Owners("a")
			q.Namespace, q.Workloads = "", []model.Ref{owners[r.IntN(len(owners))]}
		}
		p, err := s.Propose(q)
		fmt.Fprintln(f, seed, err)
		if err == nil {
			fmt.Fprintln(f, told(p), specs(t, p), p.Also, p.DNS)
		}
	}
	c := settled(networktest.Owned(4_000))
	for i := range 5 {
		p, err := Look(c).Propose(Question{Namespace: networktest.Namespace(i), Acts: both()})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(f, told(p), specs(t, p), p.Also, p.DNS)
	}
}
