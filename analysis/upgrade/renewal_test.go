package upgrade

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"canopy/analysis/disruption"
	"canopy/model"
)

func old(m *machine) {
	m.system, m.runtime, m.cgroup1 = "Ubuntu 20.04.6 LTS", "containerd://1.6.36", true
}

func onRuntime(runtime string) func(*machine) { return func(m *machine) { m.runtime = runtime } }

// TestRenewal holds in which order a node is changed whose system or runtime its new kubelet does not start on.
func TestRenewal(t *testing.T) {
	adm := host{kind: kubeadm}
	for _, s := range []struct {
		name, want, why string
		s               *scene
	}{
		{"too far behind for kubeadm", `# here
kubectl drain n5 --ignore-daemonsets --timeout=10m
# first choice: replace the machine by a new one of the image of its pool, with Ubuntu 24.04.1 LTS, containerd 2.2.1, kubelet 1.37.2; join that, then kubectl delete node n5
# here
# else, where this machine is kept: remove it and join it anew, since its kubelet is further behind than kubeadm 1.37 may upgrade
# labels and taints go with the node: keep them
kubectl get node n5 -o yaml > n5.yaml
# on n5 (ssh)
# only where this machine is kept
sudo kubeadm reset
# here
kubectl delete node n5
# on n5 (ssh)
# do-release-upgrade leads from 20.04 to 22.04 alone: it is run twice, with a reboot in between, to come to 24.04 as other nodes have
sudo do-release-upgrade
sudo systemctl reboot
# on n5 (ssh)
sudo do-release-upgrade
sudo systemctl reboot
# on n5 (ssh)
stat -fc %T /sys/fs/cgroup  # has to print cgroup2fs
sudo apt-get update
sudo apt-get install -y containerd.io='2.2.1-*'  # or containerd, as it was installed
sudo systemctl restart containerd
# its packages have to come from https://pkgs.k8s.io/core:/stable:/v1.37/
sudo apt-mark unhold kubeadm kubelet kubectl
sudo apt-get update
sudo apt-get install -y kubeadm='1.37.2-*' kubelet='1.37.2-*' kubectl='1.37.2-*'
sudo apt-mark hold kubeadm kubelet kubectl
# on cp-1 (ssh)
sudo kubeadm token create --print-join-command
# on n5 (ssh)
# with what was printed
sudo kubeadm join ENDPOINT --token TOKEN --discovery-token-ca-cert-hash HASH
# here
kubectl wait --for=condition=Ready node/n5 --timeout=15m
# give it the labels and taints of n5.yaml again`,
			"; its system must change first: kubelets from 1.35 on do not start on cgroup v1; kubeadm 1.37 upgrades no node that far behind: replace the machine, or remove the node and join it anew",
			emptyScene(t, adm).serving(t, "v1.37.2").having(t, "n5", "v1.33.4", old, due(System, true), due(Runtime, true)).having(t, "n6", "v1.37.2", onRuntime("containerd://2.2.1"))},
		{"the system and the runtime before the kubelet", `# here
kubectl drain n5 --ignore-daemonsets --timeout=10m
# first choice: replace the machine by a new one of the image of its pool, with containerd 2.3.4, kubelet 1.37.2; join that, then kubectl delete node n5
# on n5 (ssh)
# else, where this machine is kept: the system first, then the kubelet
sudo do-release-upgrade
sudo systemctl reboot
# here
kubectl wait --for=condition=Ready node/n5 --timeout=15m
# on n5 (ssh)
stat -fc %T /sys/fs/cgroup  # has to print cgroup2fs
sudo apt-get update
sudo apt-get install -y containerd.io='2.3.4-*'  # or containerd, as it was installed
sudo systemctl restart containerd
# its packages have to come from https://pkgs.k8s.io/core:/stable:/v1.37/
sudo apt-mark unhold kubeadm
sudo apt-get update
sudo apt-get install -y kubeadm='1.37.2-*'
sudo apt-mark hold kubeadm
sudo kubeadm upgrade node
sudo apt-mark unhold kubelet kubectl
sudo apt-get update
sudo apt-get install -y kubelet='1.37.2-*' kubectl='1.37.2-*'
sudo apt-mark hold kubelet kubectl
sudo systemctl daemon-reload
sudo systemctl restart kubelet
# here
kubectl uncordon n5`, "its system must change first",
			emptyScene(t, adm).serving(t, "v1.37.2").having(t, "n5", "v1.34.4", old, due(System, true), due(Runtime, true), due(Reboot, true))},
		{"a kubelet that was told to run on cgroup v1", "", "",
			emptyScene(t, adm).serving(t, "v1.37.2").having(t, "n5", "v1.36.4", old)},
		{"a system that can boot with cgroup v2", "sudo grubby --update-kernel=ALL --args=systemd.unified_cgroup_hierarchy=1\nsudo systemctl reboot", "its system must change first",
			emptyScene(t, adm).serving(t, "v1.37.2").having(t, "n5", "v1.34.4", old, system("Rocky Linux 8.10 (Green Obsidian)"))},
		{"the agent of k3s", "sudo do-release-upgrade\nsudo systemctl reboot\n# here\nkubectl wait --for=condition=Ready node/n5 --timeout=15m\n# on n5 (ssh)\nstat -fc %T /sys/fs/cgroup  # has to print cgroup2fs\n# with the options", "its system must change first",
			emptyScene(t, host{kind: k3s, whole: true}).serving(t, "v1.37.2+k3s1").having(t, "n5", "v1.34.4+k3s1", old)},
		{"a pool of EKS", "# kubelets from 1.35 on do not start on cgroup v1: the pool has to have an image", "its system must change first",
			emptyScene(t, host{kind: onEKS, sold: true}).serving(t, "v1.36.2-eks-1").having(t, "n5", "v1.33.0", old, pooled("workers"))},
		{"a system that changes twice, its kubelet as it is", "it is run twice", "",
			emptyScene(t, adm).serving(t, "v1.37.2").having(t, "n5", "v1.37.2", system("Ubuntu 20.04.6 LTS"), due(System, true)).having(t, "n6", "v1.37.2")},
	} {
		t.Run(s.name, func(t *testing.T) {
			p, _ := s.s.plan()
			var step *Step
			for i := range p.Steps {
				if p.Steps[i].Object.Name == "n5" {
					step = &p.Steps[i]
				}
			}
			if step == nil {
				t.Fatal(told(p))
			}
			got := strings.Join(step.Commands, "\n")
			if whole := strings.HasPrefix(s.want, "# here"); whole && got != s.want || !strings.Contains(got, s.want) {
				t.Errorf("got\n%s\nwant\n%s", got, s.want)
			}
			if !strings.Contains(step.Why, s.why) || s.why == "" && strings.Contains(step.Why, "must change first") {
				t.Errorf("why %q", step.Why)
			}
			if out, err := exec.Command("sh", "-n", "-c", got).CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

// TestBoundToAMachine holds that whoever replaces a machine is told what is bound to its name, and what of it has its data there alone.
func TestBoundToAMachine(t *testing.T) {
	mysql, db := model.KindByName("StatefulSet").Ref("legacy", "mysql"), model.KindByName("StatefulSet").Ref("legacy", "db")
	for _, stays := range []bool{false, true} {
		s := emptyScene(t, host{kind: kubeadm}).serving(t, "v1.37.2").having(t, "n5", "v1.33.4", old, func(m *machine) {
			m.obstruct([]disruption.Obstacle{{Cause: disruption.Pinned, Pod: nodeRef("p"), Owner: mysql}, {Cause: disruption.Pinned, Pod: nodeRef("q"), Owner: db, Stays: stays}})
		})
		p, _ := s.plan()
		text := strings.Join(p.Steps[0].Blocks[0].Commands, "\n")
		if !strings.Contains(text, "# bound to this node: legacy/StatefulSet/db, legacy/StatefulSet/mysql; a new machine has to have its name, n5, or they run nowhere") ||
			strings.Contains(text, "# with its data on this machine alone: legacy/StatefulSet/db; copy it away first") != stays || strings.Contains(text, "else") {
			t.Errorf("stays %v:\n%s", stays, text)
		}
	}
}

// TestRuntimeFirst holds from which kubelet on a runtime has to tell its cgroup driver.
func TestRuntimeFirst(t *testing.T) {
	for _, s := range []struct {
		runtime, to string
		want        string
	}{
		{"containerd://1.7.29", "v1.38.0", "2.3.4"}, {"containerd://1.7.29", "v1.37.2", ""}, {"containerd://2.0.1", "v1.38.0", ""}, {"docker://27.0.0", "v1.38.0", ""},
	} {
		sc := emptyScene(t, host{kind: kubeadm}).having(t, "n1", "v1.36.1", onRuntime(s.runtime))
		sc.muster()
		step := sc.step(&move{what: Node, machine: sc.machines[0], crew: sc.crews[sc.machines[0]], to: parse(t, s.to)})
		first := strings.Contains(step.Why, "its runtime must change first: kubelets from 1.38 on need containerd 2.0 or newer")
		at := slices.IndexFunc(step.Commands, func(c string) bool { return strings.Contains(c, "containerd.io='"+s.want) })
		if kubelet := slices.IndexFunc(step.Commands, func(c string) bool { return strings.Contains(c, "kubelet=") }); first != (s.want != "") || first && (at < 0 || at > kubelet) || !first && at >= 0 {
			t.Errorf("%s to %s: %q, %q", s.runtime, s.to, step.Why, step.Commands)
		}
	}
}

// TestBlocks holds that places are told apart, and that what people read is counted as no command.
func TestBlocks(t *testing.T) {
	budget := model.KindByName("PodDisruptionBudget").Ref("payments", "x")
	s := emptyScene(t, host{kind: kubeadm}).serving(t, "v1.36.6").having(t, "n1", "v1.36.6", due(Reboot, true), func(m *machine) {
		m.obstacles = []Obstacle{
			{Cause: disruption.OneBudget, Budget: budget, Blocks: true}, {Cause: disruption.OneBudget, Budget: budget, Blocks: true, Pods: 2},
			{Cause: disruption.TwoBudgets, Budget: budget, Blocks: true}, {Cause: disruption.OneBudget, Budget: model.KindByName("PodDisruptionBudget").Ref("a b", "$(id)"), Blocks: true},
			{Cause: disruption.Waiting, Budget: budget}, {Cause: disruption.Scratch, Pods: 2},
		}
	})
	p, _ := s.plan()
	step := p.Steps[0]
	want := []Block{
		{Here, []string{"# these budgets block the drain: each has to allow one, by more replicas or by another limit", "kubectl get pdb x -n payments", "# the API evicts no pod of two budgets: one of them has to select other pods", "kubectl get pdb -n payments"}},
		{Here, []string{"# only once nothing blocks it", "# a budget is used up now: this waits until its pods are ready, and gives up after 10 minutes", "kubectl drain n1 --ignore-daemonsets --delete-emptydir-data --timeout=10m"}},
		{"on n1", []string{"sudo systemctl reboot"}},
		{Here, []string{"kubectl wait --for=condition=Ready node/n1 --timeout=15m", "kubectl uncordon n1"}},
	}
	if len(step.Blocks) != len(want) {
		t.Fatalf("%+v", step.Blocks)
	}
	for i := range want {
		if step.Blocks[i].Where != want[i].Where || !slices.Equal(step.Blocks[i].Commands, want[i].Commands) {
			t.Errorf("%d: got %+v, want %+v", i, step.Blocks[i], want[i])
		}
	}
	if all, away := step.Count(); all != 6 || away != 1 || step.Blocks[0].Count() != 2 {
		t.Errorf("%d commands, %d away", all, away)
	}
	if raw, err := json.Marshal(step.Blocks[2]); err != nil || string(raw) != `{"where":"on n1","commands":["sudo systemctl reboot"]}` {
		t.Errorf("%s, %v", raw, err)
	}
	if step.Safe {
		t.Error("it is safe")
	}
	s.machines[0].obstacles = s.machines[0].obstacles[5:]
	if p, _ := s.plan(); !p.Steps[0].Safe {
		t.Error("scratch files are no loss")
	}
}
