"""What the readers of chapter 8 measure: how well a bandit is learnt with a baseline."""

from dataclasses import dataclass, fields

import numpy as np

from utils.exercises.remembered import remembered

BASELINES = ("none", "greedy", "others")
BEST = 2  # the arm with the largest true reward
TRUE_REWARDS = np.array([1.0, 2.0, 3.0])


@dataclass(frozen=True)
class Bandit:
    """A three-armed bandit and how it is learnt; the values here are the control of exercise 8.5.

    `offset`: added to every reward. `rate`: the learning rate. `noise`: the spread of the rewards.
    `draws`: arms drawn a step. `baseline`: what is subtracted from a reward, nothing ("none"), the
    reward of the most probable arm ("greedy") or the mean of the step's other draws ("others").
    """

    offset: float = 10.0
    rate: float = 0.1
    noise: float = 1.0
    draws: int = 4
    baseline: str = "none"

    def varied(self) -> set[str]:
        """Return the names of the fields that are not those of the control."""
        control = Bandit()
        return {f.name for f in fields(self) if getattr(self, f.name) != getattr(control, f.name)}


@remembered
def measure_bandit(bandit: Bandit, seed: int) -> float:
    """Return the mean probability of the best of three arms after 100 steps of 100 bandits."""
    rng = np.random.default_rng(seed)
    logits = np.zeros((100, 1, 3))
    for _ in range(100):
        policy = _softmax(logits)
        uniform = rng.random((100, bandit.draws, 1))
        drawn = (uniform > policy.cumsum(axis=-1)[..., :-1]).sum(axis=-1)  # (100, draws)
        rewards = _rewards_of(drawn, bandit, rng)
        advantage = rewards - _baselines_of(rewards, policy, bandit, rng)
        estimates = advantage[..., None] * (np.eye(3)[drawn] - policy)
        logits = logits + bandit.rate * estimates.mean(axis=1, keepdims=True)
    return float(_softmax(logits)[..., BEST].mean())


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _rewards_of(arms: np.ndarray, bandit: Bandit, rng: np.random.Generator) -> np.ndarray:
    return TRUE_REWARDS[arms] + bandit.offset + bandit.noise * rng.normal(size=arms.shape)


def _baselines_of(
    rewards: np.ndarray, policy: np.ndarray, bandit: Bandit, rng: np.random.Generator
) -> np.ndarray | float:
    """Return what is subtracted from the rewards of a step, `(100, draws)`."""
    if bandit.baseline == "greedy":
        return _rewards_of(policy.argmax(axis=-1), bandit, rng)
    if bandit.baseline == "others":
        return (rewards.sum(axis=1, keepdims=True) - rewards) / (bandit.draws - 1)
    return 0.0
