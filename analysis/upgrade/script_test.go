package upgrade

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"canopy/analysis/lifecycle"
	"canopy/model"
)

func system(name string) func(*machine) { return func(m *machine) { m.system = name } }

// TestCommands holds the commands of each provider.
func TestCommands(t *testing.T) {
	adm := host{kind: kubeadm}
	daemon := model.KindByName("DaemonSet").Ref("kube-system", "kube-proxy")
	proxied := func(s *scene, version string) *scene {
		s.proxies = append(s.proxies, &part{component: lifecycle.Proxy, object: daemon, version: parse(t, version)})
		return s
	}
	for _, s := range []struct {
		name string
		s    *scene
		step int
		want string
	}{
		{"kubeadm, the first API server", emptyScene(t, adm).serving(t, "v1.36.2", "v1.36.2").having(t, "cp-1", "v1.36.6", control), 0, `# on cp-1 (ssh)
sudo apt-mark unhold kubeadm
sudo apt-get update
sudo apt-get install -y kubeadm='1.36.6-*'
sudo apt-mark hold kubeadm
sudo kubeadm upgrade plan v1.36.6
sudo kubeadm upgrade apply v1.36.6`},
		{"kubeadm, another one", emptyScene(t, adm).serving(t, "v1.36.2", "v1.36.2").having(t, "cp-2", "v1.36.6", control, system("Rocky Linux 9.4 (Blue Onyx)")), 1, `# on cp-2 (ssh)
sudo dnf install -y kubeadm-'1.36.6-*' --setopt=disable_excludes=kubernetes
sudo kubeadm upgrade node`},
		{"kubeadm, another minor", emptyScene(t, adm).serving(t, "v1.36.2", "v1.35.2").having(t, "cp-2", "v1.35.6", control, system("Flatcar")), 0, `# on cp-2 (ssh)
# its packages have to come from https://pkgs.k8s.io/core:/stable:/v1.36/
# install kubeadm 1.36.6 in the way of its system
sudo kubeadm upgrade plan v1.36.6
sudo kubeadm upgrade apply v1.36.6`},
		{"kubeadm, kube-proxy", proxied(emptyScene(t, adm).serving(t, "v1.36.6"), "v1.36.2"), 0, `# here
# kubeadm does this with the last node of the control plane; where it has not:
kubectl -n kube-system set image daemonset/kube-proxy kube-proxy=registry.k8s.io/kube-proxy:v1.36.6
kubectl -n kube-system rollout status daemonset/kube-proxy`},
		{"kubeadm, a node", emptyScene(t, adm).serving(t, "v1.36.6").having(t, "n1", "v1.35.2"), 0, `# here
kubectl drain n1 --ignore-daemonsets --timeout=10m
# on n1 (ssh)
# its packages have to come from https://pkgs.k8s.io/core:/stable:/v1.36/
sudo apt-mark unhold kubeadm
sudo apt-get update
sudo apt-get install -y kubeadm='1.36.6-*'
sudo apt-mark hold kubeadm
sudo kubeadm upgrade node
sudo apt-mark unhold kubelet kubectl
sudo apt-get update
sudo apt-get install -y kubelet='1.36.6-*' kubectl='1.36.6-*'
sudo apt-mark hold kubelet kubectl
sudo systemctl daemon-reload
sudo systemctl restart kubelet
# here
kubectl uncordon n1`},
		{"kubeadm, a node that is rebooted too", emptyScene(t, adm).serving(t, "v1.36.6").having(t, "n1", "v1.36.2", system("Amazon Linux 2023"), due(Reboot, true)), 0, `# here
kubectl drain n1 --ignore-daemonsets --timeout=10m
# on n1 (ssh)
sudo dnf install -y kubeadm-'1.36.6-*' --setopt=disable_excludes=kubernetes
sudo kubeadm upgrade node
sudo dnf install -y kubelet-'1.36.6-*' kubectl-'1.36.6-*' --setopt=disable_excludes=kubernetes
sudo systemctl reboot
# here
kubectl wait --for=condition=Ready node/n1 --timeout=15m
kubectl uncordon n1`},
		{"flags of a drain", emptyScene(t, adm).serving(t, "v1.36.6").having(t, "n1", "v1.36.6", hindered("budget!", "bare", "local", "unknown"), func(m *machine) {
			m.lost = []model.Ref{model.KindByName("Pod").Ref("shop", "debug"), model.KindByName("Pod").Ref("shop", "x\nrm -rf /")}
		}, due(Reboot, true)), 0, `# here
# what blocks the drain has to be out of the way first; see the obstacles
kubectl get pdb -A
# here
# only once nothing blocks it
# whether this drain ends, and what it loses, is not wholly known; see the obstacles
# --force deletes for good: shop/debug, pods with names that Kubernetes does not accept
kubectl drain n1 --ignore-daemonsets --delete-emptydir-data --force --timeout=10m
# on n1 (ssh)
sudo systemctl reboot
# here
kubectl wait --for=condition=Ready node/n1 --timeout=15m
kubectl uncordon n1`},
		{"a runtime", emptyScene(t, adm).serving(t, "v1.36.6").having(t, "n1", "v1.36.6", due(Runtime, true)), 0, `# here
kubectl drain n1 --ignore-daemonsets --timeout=10m
# on n1 (ssh)
sudo apt-get update
sudo apt-get install -y containerd.io='2.3.4-*'  # or containerd, as it was installed
sudo systemctl restart containerd
# here
kubectl uncordon n1`},
		{"a system", emptyScene(t, adm).serving(t, "v1.36.6").having(t, "n1", "v1.36.6", system("Debian GNU/Linux 11"), due(System, true)), 0, `# here
kubectl drain n1 --ignore-daemonsets --timeout=10m
# on n1 (ssh)
# bring its system to a release that is supported, or replace the machine
sudo systemctl reboot
# here
kubectl wait --for=condition=Ready node/n1 --timeout=15m
kubectl uncordon n1`},
		{"plain, the control plane", emptyScene(t, host{}).serving(t, "v1.36.2"), 0, `# here
# how the control plane was installed is not known: bring kube-apiserver to v1.36.6 in that way`},
		{"plain, a node", emptyScene(t, host{}).serving(t, "v1.36.6").having(t, "n1", "v1.36.2", system("Talos (v1.9)")), 0, `# here
kubectl drain n1 --ignore-daemonsets --timeout=10m
# on n1 (ssh)
# how it was installed is not known; where by packages:
# install kubelet 1.36.6 in the way of its system
sudo systemctl daemon-reload
sudo systemctl restart kubelet
# here
kubectl uncordon n1`},
		{"EKS, the control plane", emptyScene(t, host{kind: onEKS, sold: true}).serving(t, "v1.30.2-eks-1"), 0, `# here
aws eks update-cluster-version --name CLUSTER --kubernetes-version 1.31
aws eks wait cluster-active --name CLUSTER`},
		{"EKS, kube-proxy", proxied(emptyScene(t, host{kind: onEKS, sold: true}).serving(t, "v1.36.2-eks-1"), "v1.35.0"), 0, `# here
aws eks describe-addon-versions --addon-name kube-proxy --kubernetes-version 1.36
aws eks update-addon --cluster-name CLUSTER --addon-name kube-proxy --addon-version VERSION`},
		{"EKS, a node group", emptyScene(t, host{kind: onEKS, sold: true}).serving(t, "v1.36.2-eks-1").having(t, "n1", "v1.35.0", pooled("workers"), hindered("budget!")), 0, `# here
# what blocks the drain has to be out of the way first; see the obstacles
kubectl get pdb -A
# here
# only once nothing blocks it: the provider gives up, or goes on by force, where a drain does not end
# EKS takes the newest image that it has, and empties one node after the other
aws eks update-nodegroup-version --cluster-name CLUSTER --nodegroup-name workers --kubernetes-version 1.36
aws eks wait nodegroup-active --cluster-name CLUSTER --nodegroup-name workers`},
		{"EKS, the group of a node that is in order", emptyScene(t, host{kind: onEKS, sold: true}).serving(t, "v1.36.2-eks-1").having(t, "n1", "v1.35.0", pooled("workers")).having(t, "n2", "v1.36.0", pooled("workers"), hindered("bare", "local", "unknown"), func(m *machine) {
			m.lost = []model.Ref{model.KindByName("Pod").Ref("shop", "debug")}
		}), 0, `# here
# nothing makes these pods anew, they are lost with their nodes: shop/debug
# data in emptyDir volumes is lost with the nodes; see the obstacles
# what emptying the nodes stumbles over is not wholly known; see the obstacles
# EKS takes the newest image that it has, and empties one node after the other
aws eks update-nodegroup-version --cluster-name CLUSTER --nodegroup-name workers --kubernetes-version 1.36
aws eks wait nodegroup-active --cluster-name CLUSTER --nodegroup-name workers`},
		{"EKS, a node of its own", emptyScene(t, host{kind: onEKS, sold: true}).serving(t, "v1.36.2-eks-1").having(t, "n1", "v1.35.0"), 0, `# here
kubectl drain n1 --ignore-daemonsets --timeout=10m
# no label names a pool that the provider changes by itself: replace the machine by a new one, then
kubectl delete node n1`},
		{"EKS, a reboot", emptyScene(t, host{kind: onEKS, sold: true}).serving(t, "v1.36.6-eks-1").having(t, "n1", "v1.36.6", pooled("workers"), due(Reboot, true)), 0, `# here
# EKS takes the newest image that it has, and empties one node after the other
aws eks update-nodegroup-version --cluster-name CLUSTER --nodegroup-name workers
aws eks wait nodegroup-active --cluster-name CLUSTER --nodegroup-name workers`},
		{"GKE, the control plane", emptyScene(t, host{kind: onGKE, sold: true}).serving(t, "v1.36.2-gke.1"), 0, `# here
gcloud container clusters upgrade CLUSTER --location=LOCATION --master --cluster-version=1.36`},
		{"GKE, a pool", emptyScene(t, host{kind: onGKE, sold: true}).serving(t, "v1.36.6-gke.1").having(t, "n1", "v1.35.0", pooled("big")), 0, `# here
# GKE takes the newest image that it has for the version, and empties one node after the other
gcloud container clusters upgrade CLUSTER --location=LOCATION --node-pool=big --cluster-version=1.36`},
		{"AKS, the control plane", emptyScene(t, host{kind: onAKS, sold: true}).serving(t, "v1.35.2").having(t, "n1", "v1.36.0"), 0, `# here
az aks get-upgrades --resource-group GROUP --name CLUSTER --output table
az aks upgrade --resource-group GROUP --name CLUSTER --control-plane-only --kubernetes-version 1.36`},
		{"AKS, a pool", emptyScene(t, host{kind: onAKS, sold: true}).serving(t, "v1.36.6").having(t, "n1", "v1.35.0", pooled("big")), 0, `# here
az aks nodepool upgrade --resource-group GROUP --cluster-name CLUSTER --name big --kubernetes-version 1.36`},
		{"AKS, the image of a pool", emptyScene(t, host{kind: onAKS, sold: true}).serving(t, "v1.36.6").having(t, "n1", "v1.36.6", pooled("big"), due(System, true)), 0, `# here
az aks nodepool upgrade --resource-group GROUP --cluster-name CLUSTER --name big --node-image-only`},
		{"OpenShift, the control plane", emptyScene(t, host{kind: openShift}).serving(t, "v1.32.2").having(t, "n1", "v1.33.0"), 0, `# here
# OpenShift 4.20 has Kubernetes 1.33; it brings all parts of the control plane on, in the order that they need, and then the nodes
oc adm upgrade channel stable-4.20
oc adm upgrade --to-latest
oc adm upgrade status`},
		{"OpenShift, a node", emptyScene(t, host{kind: openShift}).serving(t, "v1.33.13").having(t, "n1", "v1.32.1", pooled("worker")), 0, `# here
# the Machine Config Operator empties and changes one node after the other, unless its pool is paused
oc get machineconfigpool worker
oc wait machineconfigpool/worker --for=condition=Updated --timeout=3h`},
		{"OpenShift, a reboot", emptyScene(t, host{kind: openShift}).serving(t, "v1.33.13").having(t, "n1", "v1.33.13", pooled("worker"), due(Reboot, true)), 0, `# here
oc adm reboot-machine-config-pool mcp/worker`},
		{"another provider, a node", emptyScene(t, host{kind: foreign, brand: "ibm-iks"}).serving(t, "v1.36.2+IKS").having(t, "n1", "v1.35.1+IKS"), 0, `# here
kubectl drain n1 --ignore-daemonsets --timeout=10m
# bring the node, or its pool, of ibm-iks to its build of 1.36, with its own tools
kubectl uncordon n1`},
		{"k3s, a server", emptyScene(t, host{kind: k3s, whole: true}).serving(t, "v1.36.1+k3s1").having(t, "cp-1", "v1.36.1+k3s1", control, hindered("local")), 0, `# here
kubectl drain cp-1 --ignore-daemonsets --delete-emptydir-data --timeout=10m
# on cp-1 (ssh)
# with the options, and the variables, with which it was installed
curl -sfL https://get.k3s.io | sudo INSTALL_K3S_VERSION='v1.36.6+k3s1' sh -s - server
# here
kubectl uncordon cp-1`},
		{"k3s, an agent", emptyScene(t, host{kind: k3s, whole: true}).serving(t, "v1.36.6+k3s1").having(t, "n1", "v1.36.1+k3s1"), 0, `# here
kubectl drain n1 --ignore-daemonsets --timeout=10m
# on n1 (ssh)
# with the options, and the variables, with which it was installed
curl -sfL https://get.k3s.io | sudo INSTALL_K3S_VERSION='v1.36.6+k3s1' sh -s - agent
# here
kubectl uncordon n1`},
		{"RKE2, an agent", emptyScene(t, host{kind: rke2, whole: true}).serving(t, "v1.36.6+rke2r1").having(t, "n1", "v1.36.1+rke2r1"), 0, `# here
kubectl drain n1 --ignore-daemonsets --timeout=10m
# on n1 (ssh)
# with the options, and the variables, with which it was installed
curl -sfL https://get.rke2.io | sudo INSTALL_RKE2_VERSION='v1.36.6+rke2r1' INSTALL_RKE2_TYPE=agent sh -
sudo systemctl restart rke2-agent
# here
kubectl uncordon n1`},
	} {
		t.Run(s.name, func(t *testing.T) {
			p, _ := s.s.plan()
			if len(p.Steps) <= s.step {
				t.Fatalf("steps:\n%s", told(p))
			}
			got := strings.Join(p.Steps[s.step].Commands, "\n")
			if got != s.want {
				t.Errorf("got\n%s\nwant\n%s", got, s.want)
			}
			// A shell reads each line without running it.
			if out, err := exec.Command("sh", "-n", "-c", got).CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

// TestHostileNames holds that no name is in a command which a shell might take for something else.
func TestHostileNames(t *testing.T) {
	for _, name := range []string{"n1; rm -rf /", "$(id)", "`id`", "a b", "n1\nid", "-o", "--help", "é", "a'b", strings.Repeat("a", 254), "\x1b[2J"} {
		for _, h := range []host{{}, {kind: kubeadm}, {kind: onEKS, sold: true}, {kind: onGKE, sold: true}, {kind: onAKS, sold: true}, {kind: openShift}, {kind: k3s, whole: true}, {kind: rke2, whole: true}, {kind: foreign, brand: "ibm-iks"}} {
			s := emptyScene(t, h).serving(t, "v1.36.1").having(t, name, "v1.35.1", due(Reboot, true)).having(t, "n2", "v1.35.1", pooled(name))
			if !h.sold {
				s.servers[0].node = name
			}
			s.proxies = []*part{{component: lifecycle.Proxy, object: model.KindByName("DaemonSet").Ref(name, name), version: parse(t, "v1.35.1")}}
			p, _ := s.plan()
			for _, step := range p.Steps {
				for _, c := range step.Commands {
					if strings.Contains(c, name) && (len(name) > 3 || slices.Contains(strings.Fields(c), name)) {
						t.Errorf("%q of %v is in %q", name, h.kind, c)
					}
				}
			}
		}
	}
}
