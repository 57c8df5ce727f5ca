"""Steps are handed out once each, behind what they need, whatever the shape of the plan."""

from __future__ import annotations

import random
import time
from collections import deque
from pathlib import Path

import pytest
from toy_steps import Tell

from crossglot.engine.frontier import TOGETHER, Frontier
from crossglot.engine.plan import Plan
from crossglot.engine.step import Step, Work


class Node(Step):
    """A step that needs others, and does next to nothing or much."""

    number: int
    needs: tuple[Node, ...] = ()
    size: float = 0

    @property
    def work(self) -> Work:
        return Work(self.size, "a node")


def some_plan(chance: random.Random, count: int) -> Plan:
    nodes: list[Node] = []
    for number in range(count):
        needs = chance.sample(nodes, min(len(nodes), chance.randrange(4)))
        nodes.append(Node(number=number, needs=tuple(needs), size=chance.randrange(2)))
    return Plan.of(nodes)


@pytest.mark.parametrize("seed", range(30))
def test_every_step_is_handed_out_once_behind_what_it_needs(seed: int) -> None:
    chance = random.Random(seed)
    plan = some_plan(chance, 40)
    frontier, ended, under_way = Frontier(plan), set[str](), deque[list[Step]]()
    handed: list[str] = []
    while frontier.left:
        while chance.random() < 0.7 and (step := frontier.take()) is not None:
            group = [step, *frontier.followers(step)]
            if not step.work.size:
                for other in frontier.small(chance.randrange(4)):
                    group += [other, *frontier.followers(other)]
            under_way.append(group)
        if not under_way:
            continue
        group = under_way.popleft()
        if chance.random() < 0.2 and len(group) > 1:  # the first did not get through, the others were not begun
            frontier.ended(group[0])
            ended.add(group[0].id)
            handed.append(group[0].id)
            frontier.give_back(group[1:])
            continue
        for step in group:
            assert {need.id for need in step.dependencies} <= ended
            handed.append(step.id)
            ended.add(step.id)
            frontier.ended(step)
    assert sorted(handed) == sorted(step.id for step in plan.steps)


@pytest.mark.parametrize("seed", range(10))
def test_of_the_steps_that_may_run_the_first_of_the_plan_is_next(seed: int) -> None:
    chance = random.Random(seed)
    plan = some_plan(chance, 60)
    frontier, ended, running = Frontier(plan), set[str](), list[Step]()
    while frontier.left:
        if running and chance.random() < 0.5:
            step = running.pop(chance.randrange(len(running)))
            frontier.ended(step)
            ended.add(step.id)
        elif (step_ := frontier.take()) is not None:
            under_way = ended | {each.id for each in running}
            free = [each for each in plan.steps if {need.id for need in each.dependencies} <= ended]
            assert step_ == next(each for each in free if each.id not in under_way)
            running.append(step_)


def test_no_more_go_along_than_fit() -> None:
    first = Node(number=0, size=1)
    plan = Plan.of(Node(number=number, needs=(first,)) for number in range(1, 100))
    frontier = Frontier(plan)
    step = frontier.take()
    assert step == first
    assert len(frontier.followers(first)) == TOGETHER
    assert frontier.take() is None
    frontier.ended(first)
    assert frontier.take() is not None


def test_a_hundred_thousand_steps_are_handed_out_in_seconds(tmp_path: Path) -> None:
    plan = Plan(tuple(Tell(number=number, where=tmp_path) for number in range(100_000)))
    for step in plan.steps:
        assert step.id
    began, frontier, taken = time.process_time(), Frontier(plan), 0
    while (step_ := frontier.take()) is not None:
        frontier.ended(step_)
        taken += 1
        for other in frontier.small(3):
            frontier.ended(other)
            taken += 1
    assert taken == 100_000
    assert time.process_time() - began < 20, "on a slow machine; a tenth of it is usual"
